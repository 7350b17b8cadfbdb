import { type IndexField, indexFields } from './schema/index-fields.ts'

/**
 * The fields of a document, in one table, and where their values come from: the assembler makes its document of it, and
 * docs/document.md is generated from it. What an engine does with a field says src/shards/schema/index-fields.ts.
 */

/** Where a value comes from. */
export type FieldSource = 'item' | 'rights' | 'holdings' | 'collections' | 'record' | 'mets' | 'text' | 'provenance'

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
  derived(
    'coll_id',
    'collections',
    'Numbers of the large collections the item is in, in order; 0 alone: it is in none. Absent where no source of collections is configured.',
    '1893456',
  ),
  derived('ht_heldby', 'holdings', 'Codes of the libraries that hold the item, in order, each once.', 'umich'),
  derived(
    'ht_heldby_brlm',
    'holdings',
    'Those of them that hold a copy which is brittle, lost or missing: a count of such copies above 0.',
    'umich',
  ),
  derived(
    'htsource',
    'item',
    'The institution the volume comes from: the name that htsource has for the collection_code of the item in ht_json, else the one that HathiTrust has for the code, else Unknown; without a code htsource, where it is one name.',
    'Cornell University',
  ),
  record('title', 'title', 'Zionism and the state'),
  record('Vtitle', 'title', 'Zionism and the state'),
  record('vtitle', 'vtitle', 'Война и мир'),
  record('title_a', 'title_a', 'Zionism and the state'),
  record('title_ab', 'title_ab', 'Zionism and the state'),
  record('title_c', 'title_c', 'by H. Sacher'),
  record('title_display', 'title_display', 'Zionism and the state by H. Sacher'),
  record('title_top', 'title_top', 'Zionism and the state'),
  record('title_rest', 'title_rest', 'Zionist pamphlets, no. 5.'),
  record('titleSort', 'titleSort', 'Zionism and the state'),
  record('title_sortkey', 'title_sortkey', 'zionism and the state'),
  record('series', 'series', 'The American forestry series'),
  record('series2', 'series2', 'Zionist pamphlets, no. 5.'),
  record('serialTitle', 'serialTitle', 'The Constitutional year book'),
  record('serialTitle_rest', 'serialTitle_rest', 'Yearbook'),
  record('serialTitle_a', 'serialTitle_a', 'The Constitutional year book'),
  record('serialTitle_ab', 'serialTitle_ab', 'The Constitutional year book'),
  record('author', 'author', 'Sacher, Harry, 1881-1971'),
  record('author2', 'author2', 'Cervantes, Lino.'),
  record('mainauthor', 'mainauthor', 'Sacher, Harry, 1881-1971'),
  record('Vauthor', 'author', 'Sacher, Harry, 1881-1971'),
  record('author_top', 'author_top', 'by H. Sacher.'),
  record('author_rest', 'author_rest', 'Kenneth M. Macmorran'),
  record('authorStr', 'author', 'Sacher, Harry, 1881-1971'),
  record('authorSort', 'author_sortkey', 'sacher, harry 1881 1971'),
  record('author_sortkey', 'author_sortkey', 'sacher, harry 1881 1971'),
  record('publisher', 'publisher', 'Butterworth,'),
  record('edition', 'edition', '1st ed'),
  record('publishDate', 'publishDate', '1915'),
  derived(
    'publishDateRange',
    'record',
    'Catalogue field publishDateRange without the years in it; where that leaves none, the range of each publishDate: all before 1500, the century before 1801, the decade before 2101.',
    '1910-1919',
  ),
  record('date', 'publishDate', '1915'),
  derived(
    'enumPublishDate',
    'item',
    "Publication date of the volume: column 4 of the item's own entry in ht_id_display, else enum_pubdate of its entry in ht_json; digits only, empty is absent.",
    '1860',
  ),
  derived(
    'enumPublishDateRange',
    'item',
    'The range of enumPublishDate: column 5 of the entry in ht_id_display, else enum_pubdate_range of that in ht_json, else as of publishDateRange.',
    '1860-1869',
  ),
  derived('bothPublishDate', 'item', 'enumPublishDate, where it is absent publishDate.', '1860'),
  derived(
    'bothPublishDateRange',
    'item',
    'enumPublishDateRange, where enumPublishDate is absent publishDateRange.',
    '1860-1869',
  ),
  record('language', 'language', 'English'),
  record('language008_full', 'language008_full', 'English'),
  record('format', 'format', 'Book'),
  derived(
    'volume_enumcron',
    'item',
    "Enumeration and chronology: column 3 of the item's own entry in ht_id_display, else enumcron of its entry in ht_json; empty is absent.",
    'v.3 1864',
  ),
  record('isbn', 'isbn', '9780867844092'),
  record('issn', 'issn', '0513-3998'),
  record('isn_related', 'isn_related', '0157-5767 ;'),
  record('oclc', 'oclc', '288919'),
  record('lccn', 'lccn', 'agr48000285'),
  record('rptnum', 'rptnum', 'NASA-TM-X-2112'),
  record('sdrnum', 'sdrnum', 'sdr-coo326761'),
  record('callnumber', 'callnumber', 'HC103.7 .T56'),
  record('sudoc', 'sudoc', 'A 1.9:2059'),
  record('callnosort', 'callnumber', 'HC103.7 .T56'),
  record('topicStr', 'topicStr', 'Local government Great Britain'),
  record('topic', 'topicStr', 'Local government Great Britain'),
  record('genreStr', 'genre', 'Almanacs.'),
  record('genre', 'genre', 'Almanacs.'),
  record('geographicStr', 'geographicStr', 'Great Britain'),
  record('geographic', 'geographicStr', 'Great Britain'),
  record('countryOfPubStr', 'countryOfPubStr', 'England'),
  record('country_of_pub', 'countryOfPubStr', 'England'),
  record('era', 'era', '1368-1644.'),
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
  derived('pages', 'provenance', 'Pages that METS names.', '272'),
  derived(
    'read_pages',
    'provenance',
    'Pages whose file was read: the others have images only, or a gap that was waived.',
    '272',
  ),
  derived('empty_pages', 'provenance', 'Pages without text, those without a file included.', '12'),
  derived(
    'invalid_bytes',
    'provenance',
    'Byte sequences and references that were no character and became a space.',
    '0',
  ),
  derived('code_version', 'provenance', 'Release that made the document.', '0.1.0'),
  derived('schema_version', 'provenance', 'Schema version of the target.', '1'),
  derived('config_digest', 'provenance', 'Digest of the settings that shape a document.', 'a1b2c3d4'),
  derived('host', 'provenance', 'Host that made the document.', 'index-1'),
  derived('assembled_at', 'provenance', 'When the document was made.', '2025-11-24T14:40:00.000Z'),
]

/**
 * The catalogue fields whose values reach documents. ht_id, ht_id_display, ht_json and htsource reach one only by what they
 * say of its own item, fullrecord only without the 974 of other items.
 */
export const recordFields: readonly string[] = [
  ...new Set(fields.flatMap((field) => field.copyOf ?? [])),
  'publishDateRange',
  'ht_id',
  'ht_id_display',
  'ht_json',
  'htsource',
  'fullrecord',
]
