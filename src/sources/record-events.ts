import { catalogueOf } from './marc/marc-catalogue.ts'
import type { MarcRecord } from './marc/marc-record.ts'
import { isTooDeep, tooDeep } from './nesting.ts'
import type { Line } from './read-lines.ts'
import type { Bad, CatalogueRecord, Note, RecordEvent } from './source.ts'
import { sourceText } from './source-text.ts'

/** A record is a few kilobytes; the largest known, with 947 items, has half a megabyte. */
export const maxRecordBytes = 64 * 1024 * 1024
export const tooLarge = `is larger than ${maxRecordBytes} bytes`

const idRule = '1 to 64 printable ASCII characters without blanks'
export const isRecordId = (text: string): boolean => /^[!-~]{1,64}$/.test(text)
export const notRecordId = `is not a record id: ${idRule}`

/** Where a record was read from, asked where something is wrong with it. */
export interface Written {
  readonly bytes: () => Buffer
  /** See `mayBeUnstorable`; of what the record stands in. */
  readonly mayBeUnstorable: () => boolean
}

/** The event of a catalogue document; `value` is what its JSON says. */
export function recordEvent(file: string, line: number, value: unknown, written: Written): RecordEvent {
  const problem = recordProblem(value, written.mayBeUnstorable)
  if (problem !== null) return bad(file, line, `The record cannot be used: ${problem}.`, written.bytes())
  const record = value as CatalogueRecord
  return record.deleted === true ? { kind: 'delete', recordId: record.id, line } : { kind: 'record', record, line }
}

/**
 * The events of a MARC record: that of its catalogue document, and one for each of its items that cannot be used and each
 * field with an empty subfield. A record
 * whose leader has status d is deleted, unless it names items: the catalogue then has it all the same.
 */
export function marcEvents(file: string, line: number, marc: MarcRecord | string, bytes: Buffer): RecordEvent[] {
  if (typeof marc === 'string') return [bad(file, line, `The record cannot be used: ${marc}.`, bytes)]
  const { record, problems } = catalogueOf(marc)
  const problem = record.id === '' ? 'it has no field 001, its id' : recordProblem(record, () => mayBeUnstorable(bytes))
  if (problem !== null) return [bad(file, line, `The record cannot be used: ${problem}.`, bytes)]
  if (marc.leader[5] === 'd' && isWithoutItems(record)) return [{ kind: 'delete', recordId: record.id, line }]
  const leftOut = (marc.problems ?? []).map((message): Note => ({ message, part: 'detail' }))
  const notes = [...leftOut, ...problems].map(({ message, part }) => ({ ...bad(file, line, message, bytes), part }))
  return [{ kind: 'record', record, line }, ...notes]
}

const isWithoutItems = ({ ht_id }: CatalogueRecord) => Array.isArray(ht_id) && ht_id.length === 0

function recordProblem(value: unknown, mayBeUnstorable: () => boolean): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is not an object'
  const { id, ht_id: items, deleted } = value as Record<string, unknown>
  if (id === undefined) return 'it has no id'
  if (typeof id !== 'string' || !isRecordId(id)) return `its id is not a string of ${idRule}`
  if (items !== undefined && !(Array.isArray(items) && items.every((item) => typeof item === 'string'))) {
    return 'its ht_id is not an array of strings'
  }
  // a tombstone that is not known as one would keep its items
  if (deleted !== undefined && typeof deleted !== 'boolean') return 'its deleted is neither true nor false'
  if (isTooDeep(value)) return tooDeep
  return mayBeUnstorable() && !isStorable(value) ? 'it holds a NUL character or half of a surrogate pair' : null
}

/** Both are legal JSON and no database text: \u0000, and half of a surrogate pair. The full check is rarely needed. */
export function mayBeUnstorable(bytes: Buffer): boolean {
  return bytes.includes(0) || bytes.includes('\\u0000') || bytes.includes('\\ud') || bytes.includes('\\uD')
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner))
}

export function bad(file: string, line: number, message: string, bytes: Buffer): Bad {
  return { kind: 'bad', file, line, message, text: sourceText(bytes) }
}

/** What is bad in a file of a tar, if it is of one. */
export function inMember<Of extends { readonly message: string }>(bad: Of, member: string | undefined) {
  return member === undefined ? bad : { ...bad, message: `In ${member}: ${bad.message}`, member }
}

export function badLine(file: string, line: Line, rule: string): Bad {
  return bad(file, line.number, `Line ${line.number} ${rule}.`, line.bytes)
}
