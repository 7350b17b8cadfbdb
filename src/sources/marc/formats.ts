import { controlOf, fieldsOf, type MarcRecord, subfieldOf } from './marc-record.ts'

/** What the rules look at, by the names that MARC 21 has for it. */
interface Seen {
  /** Leader 6. */
  readonly type: string
  /** Leader 7. */
  readonly level: string
  readonly kind: string
  readonly fixed: string
  /** Physical description: the fields 007. */
  readonly physical: readonly string[]
  /** Form and general subdivisions of the subjects: subfields v and x of 6xx. */
  readonly divisions: readonly string[]
  readonly marc: MarcRecord
}

/** A name, and where MARC 21 says it. */
type Rule = readonly [name: string, holds: (seen: Seen) => boolean]

/** By type of record and bibliographic level. */
function kindOf(type: string, level: string): string {
  if (type === 'a' || type === 't')
    return 'bis'.includes(level) ? 'Serial' : 'acdm'.includes(level) ? 'Book' : 'Unknown'
  if ('cdij'.includes(type)) return 'Music'
  if ('ef'.includes(type)) return 'Map'
  if ('gkor'.includes(type)) return 'Visual Material'
  if (type === 'm') return 'Data File'
  if ('bp'.includes(type)) return 'Mixed Material'
  return level === 's' ? 'Serial' : 'Unknown'
}

const media: readonly Rule[] = [
  ['Video (Blu-ray)', (seen) => isVideo(seen, 's')],
  ['Video (DVD)', (seen) => isVideo(seen, 'v')],
  ['Video (VHS)', (seen) => isVideo(seen, 'b')],
  ['Motion Picture', ({ physical }) => has(physical, 0, 'm')],
  // a disc by its speed: 1.4 metres a second, or 33 1/3 revolutions a minute
  ['Audio CD', (seen) => isDisc(seen, 'f')],
  ['Audio LP', (seen) => isDisc(seen, 'b')],
  ['Audio (music)', ({ type }) => type === 'j'],
  ['Audio (spoken word)', ({ type }) => type === 'i'],
  ['Audio', ({ type }) => type === 'i' || type === 'j'],
  ['Microform', isMicroform],
  ['Musical Score', ({ type }) => type === 'c' || type === 'd'],
  ['Maps-Atlas', ({ kind, physical }) => kind === 'Map' || has(physical, 0, 'a')],
  ['CDROM', ({ physical }) => physical.some((each) => each.startsWith('co'))],
  ['Manuscript', ({ type }) => 'dfpt'.includes(type)],
  ['Archive', ({ kind, marc }) => kind === 'Mixed Material' || marc.leader[8] === 'a'],
]

const contents: readonly Rule[] = [
  ['Serial', ({ level }) => level === 'b' || level === 's'],
  ['Journal', isJournal],
  ['Newspaper', ({ kind, fixed }) => kind === 'Serial' && fixed[21] === 'n'],
  ['Statistics', (seen) => isOfNature(seen, 's') || isDivided(seen, /^statistics/i)],
  ['Conference', isConference],
  ['Biography', (seen) => isAbout(seen, 'abc') || isDivided(seen, /^(?:biography|.*\bdiaries)/i)],
  ['Encyclopedias', (seen) => isOfNature(seen, 'e') || isDivided(seen, /encyclopedias/i)],
  ['Dictionaries', (seen) => isOfNature(seen, 'd') || isDivided(seen, /dictionaries/i)],
  ['Directories', (seen) => isOfNature(seen, 'r') || isDivided(seen, /directories/i)],
  ['Photographs & Pictorial Works', (seen) => isDivided(seen, /pictorial works|photographs|portraits|cartoons/i)],
  ['Software', ({ kind, fixed }) => kind === 'Data File' && fixed[26] === 'b'],
  ['Video Games', ({ kind, fixed }) => kind === 'Data File' && fixed[26] === 'g'],
]

/**
 * The formats of a record by the names HathiTrust's catalogue has for them: what kind of thing it is, then its medium, then
 * its contents.
 */
export function formatsOf(marc: MarcRecord): string[] {
  const [type = '', level = ''] = marc.leader.slice(6, 8)
  const subjects = marc.fields.filter(({ tag, value }) => value === null && /^6\d\d$/.test(tag))
  const seen: Seen = {
    ...{ type, level, marc, kind: kindOf(type, level), fixed: controlOf(marc, '008') },
    physical: marc.fields.flatMap(({ tag, value }) => (tag === '007' && value !== null ? [value] : [])),
    divisions: subjects.flatMap(({ subfields }) =>
      subfields.filter(([code]) => code === 'x' || code === 'v').map(([, text]) => text),
    ),
  }
  const others = [...media, ...contents].filter(([, holds]) => holds(seen)).map(([name]) => name)
  return [...new Set([seen.kind, ...others])]
}

/** Whether one of the fields has one of the letters at this place. */
function has(fields: readonly string[], at: number, letters: string): boolean {
  return fields.some((field) => field.length > at && letters.includes(field[at]!))
}

function isVideo({ physical }: Seen, format: string): boolean {
  return physical.some((field) => field[0] === 'v' && field[4] === format)
}

function isDisc({ physical }: Seen, speed: string): boolean {
  return physical.some((field) => field.startsWith('sd') && field[3] === speed)
}

/** By the form of item, which 008 has at another place for maps and pictures; else by 007, or the medium of the title. */
function isMicroform({ kind, fixed, physical, marc }: Seen): boolean {
  const form = kind === 'Map' || kind === 'Visual Material' ? fixed[29] : fixed[23]
  if (form !== undefined && 'abc'.includes(form)) return true
  return has(physical, 0, 'h') || fieldsOf(marc, '245').some((field) => /micro/i.test(subfieldOf(field, 'h') ?? ''))
}

/** Nature of contents or of the entire work: of books four places, of serials as many. */
function isOfNature({ kind, fixed }: Seen, code: string): boolean {
  return (kind === 'Book' || kind === 'Serial') && fixed.slice(24, 28).includes(code)
}

function isAbout({ kind, fixed }: Seen, codes: string): boolean {
  return kind === 'Book' && fixed[34] !== undefined && codes.includes(fixed[34])
}

function isDivided({ divisions }: Seen, pattern: RegExp): boolean {
  return divisions.some((text) => pattern.test(text))
}

/**
 * A serial that is a periodical, or is not said to be anything else (monographs, newspapers, loose leaves …) or to be a
 * reference work or the law: such reports are called journals in the catalogue.
 */
function isJournal({ kind, fixed }: Seen): boolean {
  if (kind !== 'Serial' || fixed[29] === '1' || fixed.length < 30) return false
  return fixed[21] === 'p' || (' |'.includes(fixed[21]!) && !'cdefilrvz'.includes(fixed[24]!))
}

/** Said of books and serials at one place, of music at others; or a meeting is named as their author. */
function isConference({ marc, kind, fixed, divisions }: Seen): boolean {
  if ((kind === 'Book' || kind === 'Serial') && fixed[29] === '1') return true
  if (kind === 'Music' && fixed.slice(30, 32).includes('c')) return true
  if (['111', '711', '811'].some((tag) => fieldsOf(marc, tag).length > 0)) return true
  return divisions.some((text) => /congresses/i.test(text))
}
