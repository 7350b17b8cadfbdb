import { isUtf8 } from 'node:buffer'
import { controlField, dataField, emptySubfield, type MarcField, type MarcRecord } from './marc-record.ts'

/** Ends a record of MARC21. */
export const recordEnd = 0x1d
const fieldEnd = 0x1e
const subfieldStart = '\x1f'
const scriptChange = 0x1b

const leaderLength = 24
const entryLength = 12
/** What five digits can say: a larger record has no true length and no true places in its directory. */
const longest = 99_999

/** A place in the directory of a record. */
interface Entry {
  readonly tag: string
  readonly length: number
  readonly start: number
}

/**
 * A record of MARC21 (ISO 2709) in UTF-8, without the byte that ends it, or what is wrong with it as the end of a sentence.
 * Its directory must cover all of its data, so that nothing of it is left out; of a record longer than five digits can
 * say, the fields are taken in their order.
 */
export function marcOf21(bytes: Buffer): MarcRecord | string {
  const leader = bytes.toString('latin1', 0, leaderLength)
  if (!/^\d{5}[ -~]{7}\d{5}[ -~]{7}$/.test(leader)) return 'it does not begin with a leader'
  if (!isUtf8(bytes) || (leader[9] !== 'a' && bytes.includes(scriptChange))) {
    return 'it is not UTF-8, but MARC-8 or another character set: convert it before'
  }
  const directoryEnd = bytes.indexOf(fieldEnd, leaderLength)
  if (directoryEnd < 0) return 'its directory does not end'
  const directory = bytes.toString('latin1', leaderLength, directoryEnd)
  if (directory.length % entryLength !== 0) return 'its directory is not whole'
  const entries = (directory.match(/.{12}/gs) ?? []).map(entryOf)
  const data = bytes.subarray(directoryEnd + 1)
  const length = bytes.length + 1
  if (length > longest) return marcOf(leader, entries, inOrder(data))
  if (Number(leader.slice(0, 5)) !== length) return `it has ${length} bytes, and its leader says ${leader.slice(0, 5)}`
  if (Number(leader.slice(12, 17)) !== directoryEnd + 1) return 'its data does not begin where its leader says'
  return marcOf(leader, entries, byPlace(entries, data))
}

/** Where in bytes that are no record the last whole record may begin, by the length its leader says; 0 for nowhere. */
export function lastRecordIn(bytes: Buffer): number {
  const leaders = bytes.toString('latin1').matchAll(/(?=(\d{5})[ -~]{7}\d{5}[ -~]{3}45)/g)
  for (const { index, 1: length } of leaders) if (Number(length) === bytes.length + 1 - index) return index
  return 0
}

function entryOf(entry: string): Entry {
  const number = (from: number, to: number) =>
    /^\d+$/.test(entry.slice(from, to)) ? Number(entry.slice(from, to)) : -1
  return { tag: entry.slice(0, 3), length: number(3, 7), start: number(7, 12) }
}

/** The texts of the fields; null when the directory and the data do not fit. */
function byPlace(entries: readonly Entry[], data: Buffer): string[] | null {
  if (entries.reduce((sum, { length }) => sum + length, 0) !== data.length) return null
  const isWhole = ({ length, start }: Entry) => length > 0 && start >= 0 && data[start + length - 1] === fieldEnd
  if (!entries.every(isWhole) || new Set(entries.map(({ start }) => start)).size !== entries.length) return null
  return entries.map(({ length, start }) => data.toString('utf8', start, start + length - 1))
}

function inOrder(data: Buffer): string[] {
  return data.toString('utf8').split(String.fromCharCode(fieldEnd)).slice(0, -1)
}

function marcOf(leader: string, entries: readonly Entry[], texts: readonly string[] | null): MarcRecord | string {
  if (texts?.length !== entries.length) return 'its directory does not fit its fields'
  const fields: MarcField[] = []
  const problems: string[] = []
  for (const [at, { tag }] of entries.entries()) {
    const text = texts[at] as string
    const field = fieldOf(tag, text)
    if (field === null) return `its field ${at + 1}, ${JSON.stringify(tag)}, is no MARC field`
    fields.push(field)
    if (/\x1f(?:\x1f|$)/.test(text)) problems.push(emptySubfield(at + 1, tag))
  }
  return { leader, fields, problems }
}

function fieldOf(tag: string, text: string): MarcField | null {
  if (text.includes('\x1e')) return null
  if (/^00\d$/.test(tag)) return text.includes(subfieldStart) ? null : controlField(tag, text)
  const [indicators = '', ...subfields] = text.split(subfieldStart)
  if (!/^[A-Za-z0-9]{3}$/.test(tag) || indicators.length !== 2) return null
  const told = subfields.filter((subfield) => subfield !== '')
  return dataField(
    tag,
    indicators,
    told.map((subfield) => [subfield.slice(0, 1), subfield.slice(1)]),
  )
}
