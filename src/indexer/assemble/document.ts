import { type Field, fields } from '../../shards/fields.ts'
import type { CatalogueRecord } from '../../sources/source.ts'
import type { HathiTrustMets } from '../mets/hathitrust.ts'
import { allFields } from './all-fields.ts'
import { valuesOf } from './catalogue-values.ts'
import { itemEntry } from './item-entry.ts'

/** A value of a document field; an array where the field is multi. */
export type FieldValue = string | number | readonly string[]

/** What the fields of a document are made of, but its text. */
export interface DocumentInput {
  readonly htid: string
  /** Numeric rights attribute. */
  readonly attr: number
  readonly record: CatalogueRecord
  readonly mets: HathiTrustMets
}

/**
 * The fields of a document but `ocr` and provenance, in the order of the field table; a field without a value is left
 * out. Throws RECORD_UNREADABLE.
 */
export function documentFields(input: DocumentInput): [name: string, value: FieldValue][] {
  const { mets } = input
  const item = itemEntry(input.record, input.htid)
  const enumPublishDate = item.publishDate === null ? [] : [item.publishDate]
  const derived: Record<string, readonly (string | number)[]> = {
    id: [input.htid],
    vol_id: [input.htid],
    rights: [input.attr],
    enumPublishDate,
    bothPublishDate: enumPublishDate.length > 0 ? enumPublishDate : valuesOf(input.record, 'publishDate'),
    volume_enumcron: item.enumcron === null ? [] : [item.enumcron],
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
    .map(({ field, values }) => [field.name, shaped(field, values)])
}

function shaped(field: Field, values: readonly (string | number)[]): FieldValue {
  return field.multi ? (values as string[]) : values[0]!
}
