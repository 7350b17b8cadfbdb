import { type Field, fields } from '../../shards/fields.ts'
import { cutExactValue, isMatchedExactly } from '../../shards/schema/exact-value.ts'
import { dateRange } from '../../sources/marc/publish-date.ts'
import { type Memberships, noMemberships } from '../../sources/memberships/memberships.ts'
import type { CatalogueRecord } from '../../sources/source.ts'
import type { Mets } from '../mets/read-mets.ts'
import { allFields } from './all-fields.ts'
import { valuesOf } from './catalogue-values.ts'
import { itemEntry } from './item-entry.ts'

/** A value of a document field; an array where the field is multi. */
export type FieldValue = string | number | readonly (string | number)[]

/** What the fields of a document are made of, but its text. */
export interface DocumentInput {
  readonly htid: string
  /** Numeric rights attribute. */
  readonly attr: number
  readonly record: CatalogueRecord
  readonly memberships?: Memberships | undefined
  readonly mets: Mets
}

/**
 * The fields of a document but `ocr` and provenance, in the order of the field table; a field without a value is left
 * out. A value that is matched as it is is no longer than an engine takes: `tellCut` is told the field of each that was
 * cut. Throws RECORD_UNREADABLE.
 */
export function documentFields(
  input: DocumentInput,
  tellCut: (field: string) => void,
): [name: string, value: FieldValue][] {
  const { mets, memberships = noMemberships } = input
  const item = itemEntry(input.record, input.htid)
  const has = <Value>(value: Value | null) => (value === null ? [] : [value])
  const publishDateRange = rangesOf(input.record)
  const derived: Record<string, readonly (string | number)[]> = {
    id: [input.htid],
    vol_id: [input.htid],
    rights: [input.attr],
    coll_id: memberships.collections,
    ht_heldby: memberships.heldBy,
    ht_heldby_brlm: memberships.heldByBrlm,
    htsource: has(item.source),
    publishDateRange,
    enumPublishDate: has(item.publishDate),
    enumPublishDateRange: has(item.publishDateRange),
    bothPublishDate: item.publishDate === null ? valuesOf(input.record, 'publishDate') : [item.publishDate],
    bothPublishDateRange: item.publishDate === null ? publishDateRange : has(item.publishDateRange),
    volume_enumcron: has(item.enumcron),
    allfields: [allFields(input.record, input.htid)].filter((text) => text !== ''),
    ht_page_feature: mets.features,
    ht_reading_order: [mets.readingOrder],
    ht_scanning_order: [mets.scanningOrder],
    ht_cover_tag: [mets.coverTag],
  }
  return fields
    .filter((field) => field.source !== 'text' && field.source !== 'provenance')
    .map((field) => ({ field, values: field.copyOf ? valuesOf(input.record, field.copyOf) : derived[field.name]! }))
    .filter(({ values }) => values.length > 0)
    .map(({ field, values }) => [field.name, shaped(field, values, () => tellCut(field.name))])
}

/** The Solr of a catalogue has the years, which it copies there, among their ranges. */
function rangesOf(record: CatalogueRecord): string[] {
  const years = valuesOf(record, 'publishDate')
  const ranges = valuesOf(record, 'publishDateRange').filter((range) => !years.includes(range))
  return ranges.length > 0 ? ranges : [...new Set(years.flatMap((year) => dateRange(year) ?? []))]
}

function shaped(field: Field, all: readonly (string | number)[], tellCut: () => void): FieldValue {
  const values = field.multi ? all : all.slice(0, 1)
  const fitting = isMatchedExactly(field.kind) ? values.map((value) => fittingOf(value, tellCut)) : values
  return field.multi ? fitting : fitting[0]!
}

function fittingOf(value: string | number, tellCut: () => void): string | number {
  if (typeof value === 'number') return value
  const cut = cutExactValue(value)
  if (cut !== value) tellCut()
  return cut
}
