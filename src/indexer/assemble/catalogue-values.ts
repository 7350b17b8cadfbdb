import { SlipError } from '../../errors/slip-error.ts'
import type { CatalogueRecord } from '../../sources/source.ts'

/**
 * The values of a catalogue field as clean strings, in order: one value or many, numbers as digits, empty ones left
 * out. Control characters become spaces and lone surrogates are dropped: no database and no engine takes them.
 * Throws RECORD_UNREADABLE when the field holds something else.
 */
export function valuesOf(record: CatalogueRecord, field: string): string[] {
  const value = record[field]
  if (value === undefined || value === null) return []
  const values = (Array.isArray(value) ? value : [value]).map((each) => {
    if (typeof each === 'string') return cleanValue(each)
    if (typeof each === 'number' || typeof each === 'boolean') return String(each)
    throw unreadable(record, field, `is neither text nor a list of texts`)
  })
  return values.filter((each) => each !== '')
}

/** A string without control characters and lone surrogates, and without blanks at its ends. */
export function cleanValue(value: string): string {
  return value
    .toWellFormed()
    .replace(/[\x00-\x1f\x7f-\x9f\uFFFD\uFFFE\uFFFF]/g, ' ')
    .trim()
}

export function unreadable(record: CatalogueRecord, field: string, reason: string, cause?: unknown): SlipError {
  const message = `Field ${field} of catalogue record ${record.id} ${reason}.`
  return new SlipError('RECORD_UNREADABLE', message, { place: { record: record.id, field }, cause })
}
