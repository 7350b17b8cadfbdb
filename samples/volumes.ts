import type { Language } from './languages.ts'

/** How the METS file of a volume is written. */
export interface MetsStyle {
  /** HathiTrust METS profile; null = no PROFILE attribute. */
  readonly profile: '2.1' | '2.0' | null
  /** Prefix of the METS namespace; '' = the default namespace. */
  readonly prefix: string
  /** The reading-order block; null = none. */
  readonly readingOrder: 'left-to-right' | 'right-to-left' | null
  /** Bound with the title at the end, and no block that says so. */
  readonly backCoverFirst: boolean
  /** Printed page numbers: roman and arabic, arabic with each number twice, or none at all. */
  readonly labels: 'usual' | 'repeated' | 'none'
}

/** What the OCR made of the page. */
export interface TextStyle {
  /** The mark at a line end inside a word; null = words are not divided. */
  readonly hyphen: string | null
  /** Letters beyond ASCII written as `#{233}` on every other page. */
  readonly references: boolean
  readonly longS: boolean
  readonly lineEnd: '\n' | '\r\n'
}

export type Trouble = 'no METS' | 'zip is no zip' | 'page missing' | 'empty pages' | 'invalid UTF-8'

export interface Volume {
  readonly id: string
  readonly language: Language
  readonly pages: number
  readonly enumcron: string | null
  readonly rights: string
  /** The item's own date in the catalogue, YYYYMMDD. */
  readonly date: string
  readonly mets: MetsStyle
  readonly text: TextStyle
  /** Page files in the zip lie in a folder named as the object, or in none. */
  readonly innerFolder: boolean
  /** The zip also holds the places of the words on the page. */
  readonly coordinates: boolean
  readonly trouble: Trouble | null
  /** Paragraphs that stand word for word on a page: page → text. */
  readonly planted: Readonly<Record<number, string>>
}

const usualMets: MetsStyle = {
  profile: '2.1',
  prefix: 'METS',
  readingOrder: 'left-to-right',
  backCoverFirst: false,
  labels: 'usual',
}
const usualText: TextStyle = { hyphen: '-', references: false, longS: false, lineEnd: '\n' }

interface Peculiar {
  readonly enumcron?: string
  readonly rights?: string
  readonly date?: string
  readonly mets?: Partial<MetsStyle>
  readonly text?: Partial<TextStyle>
  readonly innerFolder?: boolean
  readonly coordinates?: boolean
  readonly trouble?: Trouble
  readonly planted?: Readonly<Record<number, string>>
}

function volume(id: string, language: Language, pages: number, peculiar: Peculiar = {}): Volume {
  const { mets, text, ...rest } = peculiar
  const defaults = {
    enumcron: null,
    rights: 'pd',
    date: '20251215',
    innerFolder: true,
    coordinates: false,
    trouble: null,
    planted: {},
  }
  return { ...defaults, ...rest, id, language, pages, mets: { ...usualMets, ...mets }, text: { ...usualText, ...text } }
}

const rightToLeft = { readingOrder: 'right-to-left' } as const

const river = [
  volume('demo1.30000000000011', 'english', 60, {
    coordinates: true,
    planted: { 17: 'A root of heliotrope stood in the window of the lock house.' },
  }),
  volume('demo1.30000000000021', 'english', 45, {
    enumcron: 'v.1',
    rights: 'pdus',
    planted: { 6: 'Of the kingfisher we saw nothing that year.' },
  }),
  volume('demo1.30000000000022', 'english', 45, {
    enumcron: 'v.2',
    rights: 'pdus',
    planted: { 31: 'The scent was that of helio-\ntrope, or of cherries laid in brandy.' },
  }),
  volume('demo1.30000000000023', 'english', 45, { enumcron: 'v.3', rights: 'pdus', mets: { labels: 'repeated' } }),
  volume('demo1.30000000000024', 'english', 45, {
    enumcron: 'v.4',
    rights: 'ic',
    date: '20251220',
    planted: { 12: 'The kingfisher is never seen above the weir.' },
  }),
  volume('demo1.30000000000031', 'english', 72, {
    rights: 'cc-by-4.0',
    planted: { 40: 'Twelve feet of heliotrope hedge were cut down for the new lamp.' },
  }),
]

const western = [
  volume('demo1.30000000000041', 'french', 66, {
    coordinates: true,
    planted: { 22: 'Elle portait au cou un médaillon en forme de cœur volant.' },
  }),
  volume('demo1.30000000000042', 'french', 40, {
    mets: { profile: null },
    text: { references: true },
    planted: { 20: 'Le phare neuf fut allumé la nuit de l’équinoxe.' },
  }),
  volume('demo1.30000000000051', 'german', 66, {
    text: { longS: true, hyphen: '\u2010' },
    planted: { 33: 'Eine alte Waſſeruhr ſtand im Hofe.' },
  }),
  volume('demo1.30000000000052', 'german', 45, { rights: 'ic', text: { hyphen: '\u00ad' }, mets: { prefix: '' } }),
  volume('demo1.30000000000061', 'latin', 56, { mets: { prefix: 'mets', labels: 'none' } }),
  volume('demo1.30000000000062', 'latin', 35, {
    mets: { profile: '2.0', readingOrder: null },
    text: { hyphen: '\u00ac', lineEnd: '\r\n' },
  }),
]

const eastern = [
  volume('demo2.ark:/99999/t1gr00001', 'greek', 56, { planted: { 14: 'Ἐνταῦθα ἀνεμώνη μόνη ἤνθει.' } }),
  volume('demo2.ark:/99999/t1gr00002', 'greek', 38, { mets: { profile: '2.0' } }),
  volume('demo1.30000000000071', 'russian', 64, { planted: { 25: 'На окне цвёл гелиотроп.' } }),
  volume('demo1.30000000000072', 'russian', 40, {
    rights: 'und',
    planted: { 11: 'Сторож посадил гелиотроп у самой воды.' },
  }),
  volume('demo2.ark:/99999/t1he00001', 'hebrew', 48, {
    mets: rightToLeft,
    text: { hyphen: null },
    planted: { 9: 'ליד הסלע פרחה רקפת אחת.' },
  }),
  volume('demo2.ark:/99999/t1he00002', 'hebrew', 34, {
    mets: { readingOrder: null, backCoverFirst: true },
    text: { hyphen: null },
  }),
  volume('demo2.ark:/99999/t1ar00001', 'arabic', 48, {
    mets: rightToLeft,
    text: { hyphen: null },
    planted: { 30: 'وعند الباب زنبق أبيض.' },
  }),
  volume('demo2.ark:/99999/t1ar00002', 'arabic', 34, { mets: rightToLeft, text: { hyphen: null }, innerFolder: false }),
  volume('demo1.30000000000081', 'chinese', 56, {
    text: { hyphen: null },
    planted: { 18: '夏夜的河边有许多萤火虫。' },
  }),
  volume('demo1.30000000000082', 'chinese', 38, { mets: rightToLeft, text: { hyphen: null } }),
  volume('demo1.30000000000091', 'japanese', 52, {
    mets: rightToLeft,
    text: { hyphen: null },
    planted: { 27: '窓辺に風鈴草が咲いた。' },
  }),
  volume('demo1.30000000000092', 'japanese', 38, { text: { hyphen: null }, mets: { prefix: 'mets' } }),
]

const troubled = [
  volume('demo1.trouble_no_mets', 'english', 20, { trouble: 'no METS' }),
  volume('demo1.trouble_zip_not_zip', 'german', 20, { trouble: 'zip is no zip' }),
  volume('demo1.trouble_page_missing', 'french', 20, { trouble: 'page missing' }),
  volume('demo1.trouble_empty_pages', 'english', 30, { trouble: 'empty pages' }),
  volume('demo1.trouble_invalid_utf8', 'french', 30, { trouble: 'invalid UTF-8' }),
]

const changing = [
  volume('demo1.nobody_rights', 'english', 24, {
    rights: 'nobody',
    planted: { 10: 'Here too grew heliotrope, but the gate was locked.' },
  }),
  volume('demo1.withdrawn_day2', 'english', 24, { planted: { 10: 'A bed of heliotrope ran along the wall.' } }),
  volume('demo1.moved_day2', 'english', 30, {}),
  volume('demo1.stays_day2', 'english', 24, { enumcron: 'v.2' }),
  volume('demo1.rights_closed_day2', 'german', 25, {}),
  volume('demo1.rights_opened_day2', 'russian', 25, { rights: 'ic' }),
  volume('demo1.title_day2', 'english', 25, {}),
  volume('demo1.rescanned_day2', 'english', 20, {
    planted: { 5: 'The word that stood here was misread as hcliotrope.' },
  }),
]

/** Day 1, in the order of the shelf. */
export const firstDay: readonly Volume[] = [...river, ...western, ...eastern, ...troubled, ...changing]

/** Files that come on day 2: a new volume, and a better scan of a known one, with two pages more. */
export const secondDay: readonly Volume[] = [
  volume('demo1.new_day2', 'english', 30, {
    date: '20260102',
    planted: { 15: 'She pressed a sprig of heliotrope between the leaves.' },
  }),
  volume('demo1.rescanned_day2', 'english', 22, {
    date: '20260102',
    planted: { 5: 'The word that stood here is heliotrope.' },
  }),
]
