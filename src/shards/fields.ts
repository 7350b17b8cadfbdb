import { type IndexField, indexFields } from './schema/index-fields.ts'

/**
 * The fields of a document, in one table, and where their values come from: the assembler makes its document of it, and
 * docs/document.md is generated from it. What an engine does with a field says src/shards/schema/index-fields.ts.
 */

/** Where a value comes from. */
export type FieldSource = 'item' | 'rights' | 'record' | 'mets' | 'text' | 'provenance'

/** A document has an array in its JSON for a field of several values, even for one alone. */
export interface Field extends IndexField {
  readonly source: FieldSource
  /** The catalogue field whose values are taken as they are. */
  readonly copyOf?: string
  /** The rule in words. */
  readonly rule: string
  readonly example: string
}

const known = new Map(indexFields.map((field) => [field.name, field]))

function indexField(name: string): IndexField {
  const field = known.get(name)
  if (field === undefined) throw new Error(`src/shards/schema/index-fields.ts has no field ${name}`)
  return field
}

const derived = (name: string, source: FieldSource, rule: string, example: string): Field => ({
  ...indexField(name),
  source,
  rule,
  example,
})
const record = (name: string, copyOf: string, example: string): Field => {
  const rule = `Catalogue field ${copyOf}${indexField(name).multi ? '' : ', its first value'}.`
  return { ...derived(name, 'record', rule, example), copyOf }
}

export const fields: readonly Field[] = [
  derived('id', 'item', 'The item id.', 'mdp.39015078560292'),
  derived('vol_id', 'item', 'The item id.', 'mdp.39015078560292'),
  record('record_no', 'id', '000004150'),
  derived('rights', 'rights', 'Attribute of rights_current: 1 pd, 2 ic, 9 pdus …', '1'),
  record('title', 'title', 'Zionism and the state'),
  record('title_ab', 'title_ab', 'Zionism and the state'),
  record('Vtitle', 'title', 'Zionism and the state'),
  record('vtitle', 'vtitle', 'Война и мир'),
  record('title_display', 'title_display', 'Zionism and the state by H. Sacher'),
  record('titleSort', 'titleSort', 'Zionism and the state'),
  record('title_sortkey', 'title_sortkey', 'zionism and the state'),
  record('author', 'author', 'Sacher, Harry, 1881-1971'),
  record('mainauthor', 'mainauthor', 'Sacher, Harry, 1881-1971'),
  record('Vauthor', 'author', 'Sacher, Harry, 1881-1971'),
  record('publishDate', 'publishDate', '1915'),
  record('date', 'publishDate', '1915'),
  derived(
    'enumPublishDate',
    'item',
    "Publication date of the volume: column 4 of the item's own entry in ht_id_display, else enum_pubdate of its entry in ht_json; digits only, empty is absent.",
    '1860',
  ),
  derived('bothPublishDate', 'item', 'enumPublishDate, where it is absent publishDate.', '1860'),
  record('language', 'language', 'English'),
  record('format', 'format', 'Book'),
  derived(
    'volume_enumcron',
    'item',
    "Enumeration and chronology: column 3 of the item's own entry in ht_id_display, else enumcron of its entry in ht_json; empty is absent.",
    'v.3 1864',
  ),
  derived(
    'allfields',
    'record',
    'All text of the MARC data fields with a tag above 99 of fullrecord, joined by spaces; of 974 (one per item of the record) only the field whose subfield u is this item.',
    'Sacher, Harry, 1881-1971 Zionism and the state by H. Sacher.',
  ),
  derived(
    'ht_page_feature',
    'mets',
    'Every LABEL of a page div, split on commas, empty ones dropped, each once.',
    'TABLE_OF_CONTENTS',
  ),
  derived(
    'ht_reading_order',
    'mets',
    'gbs:readingOrder; where it is absent or unknown right-to-left when the first page is a back cover and the title, the contents or the first chapter lie in the last quarter, else left-to-right.',
    'left-to-right',
  ),
  derived('ht_scanning_order', 'mets', 'gbs:scanningOrder, else left-to-right.', 'left-to-right'),
  derived('ht_cover_tag', 'mets', 'gbs:coverTag, else follow-reading-order.', 'follows-reading-order'),
  derived(
    'ocr',
    'text',
    'The text of all pages in the order of METS, cleaned, pages kept apart by a space.',
    'CHAPTER I. Call me Ishmael.',
  ),
  derived('rev', 'provenance', 'Revision of the input the document was made of.', '3'),
  derived('fence', 'provenance', 'Of two writes the one with the higher fence wins.', '1764000000000000'),
  derived(
    'digest',
    'provenance',
    'Digest of the content: every field but provenance, and the pages. 32 hexadecimal characters.',
    '0123456789abcdef0123456789abcdef',
  ),
  derived('code_version', 'provenance', 'Release that made the document.', '0.1.0'),
  derived('schema_version', 'provenance', 'Schema version of the target.', '1'),
  derived('config_digest', 'provenance', 'Digest of the settings that shape a document.', 'a1b2c3d4'),
  derived('host', 'provenance', 'Host that made the document.', 'index-1'),
  derived('assembled_at', 'provenance', 'When the document was made.', '2025-11-24T14:40:00.000Z'),
]

/**
 * The catalogue fields whose values reach documents. ht_id_display and ht_json reach one only by the entry of its own
 * item, fullrecord only without the 974 of other items.
 */
export const recordFields: readonly string[] = [
  ...new Set(fields.flatMap((field) => field.copyOf ?? [])),
  'ht_id_display',
  'ht_json',
  'fullrecord',
]
