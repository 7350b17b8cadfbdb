import type { FieldKind } from './analysis.ts'

/**
 * Every field of the index and what an engine does with it. Names are those of the LS schema of HathiTrust's full-text
 * search, so that a search application made for it finds them. Where a document's values come from says
 * src/shards/fields.ts.
 */
export interface IndexField {
  readonly name: string
  readonly kind: FieldKind
  /** True when a document may have several values. */
  readonly multi: boolean
  /** True when the engine gives the value back, not only searches it. */
  readonly stored: boolean
  /** Made by the engine of the values of this field; documents do not carry it. Both are analysed: see `cutExactValue`. */
  readonly copiedFrom?: string
  /** For SLIP itself: what a search may not show. */
  readonly hides?: true
}

const one = (kind: FieldKind, ...names: string[]): IndexField[] =>
  names.map((name) => ({ name, kind, multi: false, stored: true }))
const several = (kind: FieldKind, ...names: string[]): IndexField[] =>
  names.map((name) => ({ name, kind, multi: true, stored: true }))
/** Too large to be given back. */
const searchedOnly = (kind: FieldKind, name: string): IndexField => ({ name, kind, multi: false, stored: false })
/** The same words without stems. */
const proper = (of: string, multi = true): IndexField => ({
  name: `${of}Proper`,
  kind: 'text',
  multi,
  stored: false,
  copiedFrom: of,
})
const hidden = (kind: FieldKind, name: string): IndexField => ({ name, kind, multi: false, stored: true, hides: true })

/** The fields, in the order of the documentation. */
export const indexFields: readonly IndexField[] = [
  ...one('string', 'id', 'vol_id', 'record_no'),
  ...one('long', 'rights'),
  ...several('long', 'coll_id'),
  ...several('string', 'ht_heldby', 'ht_heldby_brlm', 'htsource'),

  ...several('text', 'title'),
  proper('title'),
  ...several('stemmed', 'Vtitle'),
  ...one('text', 'vtitle'),
  ...several('exact', 'title_a', 'title_ab'),
  ...several('display', 'title_c', 'title_display'),
  ...several('stemmed', 'title_top'),
  proper('title_top'),
  ...several('stemmed', 'title_rest'),
  proper('title_rest'),
  ...one('sortKey', 'titleSort', 'title_sortkey'),
  ...several('stemmed', 'series', 'series2', 'serialTitle'),
  proper('serialTitle'),
  ...several('stemmed', 'serialTitle_rest'),
  proper('serialTitle_rest'),
  ...several('exact', 'serialTitle_a', 'serialTitle_ab'),

  ...several('text', 'author', 'author2', 'mainauthor', 'Vauthor', 'author_top', 'author_rest'),
  ...several('string', 'authorStr'),
  ...one('sortKey', 'authorSort', 'author_sortkey'),
  ...several('text', 'publisher'),
  ...several('string', 'edition'),

  ...several('string', 'publishDate', 'publishDateRange'),
  ...one('string', 'date'),
  ...several('string', 'enumPublishDate', 'enumPublishDateRange', 'bothPublishDate', 'bothPublishDateRange'),
  ...several('string', 'language', 'language008_full', 'format'),
  ...several('stemmed', 'volume_enumcron'),

  ...several('standardNumber', 'isbn', 'issn', 'isn_related'),
  ...several('oclc', 'oclc'),
  ...several('lccn', 'lccn'),
  ...several('exact', 'rptnum', 'sdrnum'),
  ...several('callNumber', 'callnumber', 'sudoc'),
  ...several('string', 'callnosort'),

  ...several('string', 'topicStr'),
  ...several('stemmed', 'topic'),
  proper('topic'),
  ...several('string', 'genreStr'),
  ...several('stemmed', 'genre'),
  ...several('string', 'geographicStr'),
  ...several('stemmed', 'geographic'),
  ...several('string', 'countryOfPubStr'),
  ...several('stemmed', 'country_of_pub'),
  ...several('string', 'era'),

  searchedOnly('stemmed', 'allfields'),
  proper('allfields', false),
  ...several('string', 'ht_page_feature'),
  ...one('string', 'ht_reading_order', 'ht_scanning_order', 'ht_cover_tag'),
  searchedOnly('ocr', 'ocr'),

  ...one('long', 'rev', 'fence'),
  ...one('string', 'digest'),
  ...one('long', 'pages', 'read_pages', 'empty_pages', 'invalid_bytes'),
  ...one('string', 'code_version'),
  ...one('long', 'schema_version'),
  ...one('string', 'config_digest', 'job_id', 'host'),
  ...one('date', 'assembled_at'),
  hidden('boolean', 'tombstone'),
  hidden('long', 'marker'),
]
