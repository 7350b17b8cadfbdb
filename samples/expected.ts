import { firstDay, secondDay, type Trouble, type Volume } from './volumes.ts'

/** How the demonstration must end, once day 2 is at rest. */

const codes: Partial<Record<Trouble, string>> = {
  'no METS': 'METS_MISSING',
  'zip is no zip': 'ZIP_UNREADABLE',
  'page missing': 'PAGE_MISSING',
}
const absent = ['demo1.nobody_rights', 'demo1.withdrawn_day2']

const final: readonly Volume[] = [...new Map([...firstDay, ...secondDay].map((volume) => [volume.id, volume])).values()]
const troubles = new Map(
  final.flatMap(({ id, trouble }) => {
    const code = trouble === null ? undefined : codes[trouble]
    return code === undefined ? [] : [[id, code] as const]
  }),
)
const indexed = final.filter(({ id }) => !troubles.has(id) && !absent.includes(id))

/** Words of the planted paragraphs, and what finding them shows; each occurs nowhere else. */
const searches = [
  {
    query: 'heliotrope',
    hits: 5,
    shows: 'one of the five is divided at a line end, one came with the new scan; nobody and withdrawn are not found',
  },
  { query: 'kingfisher', hits: 2, shows: 'two volumes of one record, one in copyright' },
  { query: 'hcliotrope', hits: 0, shows: 'the text of day 1 is gone from the volume scanned again' },
  { query: 'équinoxe', hits: 1, shows: 'letters written as #{233}' },
  { query: 'Wasseruhr', hits: 1, shows: 'long s' },
  { query: 'ανεμωνη', hits: 1, shows: 'Greek without its accents' },
  { query: 'гелиотроп', hits: 2, shows: 'Cyrillic' },
  { query: 'רקפת', hits: 1, shows: 'Hebrew' },
  { query: 'زنبق', hits: 1, shows: 'Arabic' },
  { query: '萤火虫', hits: 1, shows: 'Chinese' },
  { query: '風鈴草', hits: 1, shows: 'Japanese' },
] as const

/** What stage 1 must say of each item on day 2. */
const secondDayChanges = {
  NEW: ['demo1.new_day2'],
  UPDATED: ['demo1.rights_closed_day2', 'demo1.rights_opened_day2', 'demo1.title_day2', 'demo1.rescanned_day2'],
  MOVED: ['demo1.moved_day2'],
  WITHDRAWN: ['demo1.withdrawn_day2'],
  NOOP: ['demo1.30000000000011', 'demo1.stays_day2'],
}

function volumeReport(volume: Volume): Record<string, unknown> {
  const order = volume.mets.readingOrder ?? (volume.mets.backCoverFirst ? 'right-to-left' : 'left-to-right')
  const empty = volume.trouble === 'empty pages' ? Math.floor((volume.pages + 2) / 4) : 0
  return { id: volume.id, language: volume.language, pages: volume.pages, emptyPages: empty, readingOrder: order }
}

export const expected = {
  /** Items that end in errors: id → code. */
  troubles,
  report: (): Record<string, unknown> => ({
    generated: 'from samples/expected.ts by samples/generate.ts',
    items: final.length,
    indexed: indexed.length,
    deleted: absent.length,
    errors: Object.fromEntries([...troubles].map(([id, code]) => [code, id])),
    pages: indexed.reduce((sum, volume) => sum + volume.pages, 0),
    search: { query: searches[0].query, hits: searches[0].hits },
    absent,
    firstDay: { items: firstDay.length, indexed: firstDay.length - troubles.size - 1, deleted: 1 },
    secondDay: secondDayChanges,
    searches,
    volumes: indexed.map(volumeReport),
  }),
}
