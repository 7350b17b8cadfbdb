/**
 * The fields of a document, in one table: the engines make their schema of it, the assembler its document, and
 * docs/document.md is generated from it. Names are those of the LS schema of HathiTrust's full-text search.
 */

/** Where a value comes from. */
export type FieldSource = 'item' | 'rights' | 'record' | 'mets' | 'text' | 'provenance'

/**
 * `string` is matched whole, `text` is analyzed, `ocr` is analyzed page text, `long` is a 53-bit integer, `date` is
 * ISO 8601 UTC.
 */
export type FieldType = 'string' | 'text' | 'ocr' | 'long' | 'date'

export interface Field {
  readonly name: string
  readonly type: FieldType
  /** True when a document may have several values: they are an array in its JSON, even one alone. */
  readonly multi: boolean
  /** True when the engine keeps the value to give it back, not only to search it. */
  readonly stored: boolean
  readonly source: FieldSource
  /** The catalogue field whose values are taken as they are. */
  readonly copyOf?: string
  /** The rule in words. */
  readonly rule: string
  readonly example: string
}

const record = (name: string, type: FieldType, multi: boolean, copyOf: string, example: string): Field => ({
  name,
  type,
  multi,
  stored: true,
  source: 'record',
  copyOf,
  rule: `Catalogue field ${copyOf}${multi ? '' : ', its first value'}.`,
  example,
})
const derived = (
  name: string,
  type: FieldType,
  multi: boolean,
  source: FieldSource,
  rule: string,
  example: string,
): Field => ({ name, type, multi, stored: true, source, rule, example })
const searched = (name: string, type: FieldType, source: FieldSource, rule: string, example: string): Field => ({
  ...derived(name, type, false, source, rule, example),
  stored: false,
})

export const fields: readonly Field[] = [
  derived('id', 'string', false, 'item', 'The item id.', 'mdp.39015078560292'),
  derived('vol_id', 'string', false, 'item', 'The item id.', 'mdp.39015078560292'),
  record('record_no', 'string', false, 'id', '000004150'),
  derived('rights', 'long', false, 'rights', 'Attribute of rights_current: 1 pd, 2 ic, 9 pdus …', '1'),
  record('title', 'text', true, 'title', 'Zionism and the state'),
  record('title_ab', 'string', true, 'title_ab', 'Zionism and the state'),
  record('Vtitle', 'text', true, 'title', 'Zionism and the state'),
  record('vtitle', 'text', false, 'vtitle', 'Война и мир'),
  record('title_display', 'string', true, 'title_display', 'Zionism and the state by H. Sacher'),
  record('titleSort', 'string', false, 'titleSort', 'Zionism and the state'),
  record('title_sortkey', 'string', false, 'title_sortkey', 'zionism and the state'),
  record('author', 'text', true, 'author', 'Sacher, Harry, 1881-1971'),
  record('mainauthor', 'text', true, 'mainauthor', 'Sacher, Harry, 1881-1971'),
  record('Vauthor', 'text', true, 'author', 'Sacher, Harry, 1881-1971'),
  record('publishDate', 'string', true, 'publishDate', '1915'),
  record('date', 'string', false, 'publishDate', '1915'),
  derived(
    'enumPublishDate',
    'string',
    true,
    'item',
    "Publication date of the volume: column 4 of the item's own entry in ht_id_display, else enum_pubdate of its entry in ht_json; digits only, empty is absent.",
    '1860',
  ),
  derived('bothPublishDate', 'string', true, 'item', 'enumPublishDate, where it is absent publishDate.', '1860'),
  record('language', 'string', true, 'language', 'English'),
  record('format', 'string', true, 'format', 'Book'),
  derived(
    'volume_enumcron',
    'text',
    true,
    'item',
    "Enumeration and chronology: column 3 of the item's own entry in ht_id_display, else enumcron of its entry in ht_json; empty is absent.",
    'v.3 1864',
  ),
  searched(
    'allfields',
    'text',
    'record',
    'All text of the MARC data fields with a tag above 99 of fullrecord, joined by spaces; of 974 (one per item of the record) only the field whose subfield u is this item.',
    'Sacher, Harry, 1881-1971 Zionism and the state by H. Sacher.',
  ),
  derived(
    'ht_page_feature',
    'string',
    true,
    'mets',
    'Every LABEL of a page div, split on commas, empty ones dropped, each once.',
    'TABLE_OF_CONTENTS',
  ),
  derived(
    'ht_reading_order',
    'string',
    false,
    'mets',
    'gbs:readingOrder; where it is absent or unknown right-to-left when the first page is a back cover and the title, the contents or the first chapter lie in the last quarter, else left-to-right.',
    'left-to-right',
  ),
  derived('ht_scanning_order', 'string', false, 'mets', 'gbs:scanningOrder, else left-to-right.', 'left-to-right'),
  derived('ht_cover_tag', 'string', false, 'mets', 'gbs:coverTag, else follow-reading-order.', 'follows-reading-order'),
  searched(
    'ocr',
    'ocr',
    'text',
    'The text of all pages in the order of METS, cleaned, pages kept apart by a space.',
    'CHAPTER I. Call me Ishmael.',
  ),
  derived('rev', 'long', false, 'provenance', 'Revision of the input the document was made of.', '3'),
  derived(
    'fence',
    'long',
    false,
    'provenance',
    'Of two writes the one with the higher fence wins.',
    '1764000000000000',
  ),
  derived(
    'digest',
    'string',
    false,
    'provenance',
    'Digest of the content: every field but provenance, and the pages. 32 hexadecimal characters.',
    '0123456789abcdef0123456789abcdef',
  ),
  derived('code_version', 'string', false, 'provenance', 'Release that made the document.', '0.1.0'),
  derived('schema_version', 'long', false, 'provenance', 'Schema version of the target.', '1'),
  derived('config_digest', 'string', false, 'provenance', 'Digest of the settings that shape a document.', 'a1b2c3d4'),
  derived('host', 'string', false, 'provenance', 'Host that made the document.', 'index-1'),
  derived('assembled_at', 'date', false, 'provenance', 'When the document was made.', '2025-11-24T14:40:00.000Z'),
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
