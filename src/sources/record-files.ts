import { isUtf8 } from 'node:buffer'
import { basename } from 'node:path'
import { ObjectScanner } from './json-objects.ts'
import { readBytes } from './read-bytes.ts'
import { type Line, readLines } from './read-lines.ts'
import type { Bad, CatalogueRecord, RecordEvent } from './source.ts'
import { sourceText } from './source-text.ts'

/** A record is a few kilobytes; the largest known, with 947 items, has half a megabyte. */
const maxRecordBytes = 64 * 1024 * 1024
const headBytes = 1024

/**
 * Streams a file of catalogue records, `.gz` or plain, in bounded memory: a JSON array, one object per line (ndjson), a
 * Solr answer (`response.docs`), or JSON objects one after the other. A file whose base name contains `delete` and ends
 * in `.txt` or `.txt.gz` holds one record id per line, blank lines skipped: records gone from the catalogue. A record
 * with `deleted: true` (the tombstone of the catalogue's Solr) is the same.
 *
 * What cannot be used is yielded as `bad`, and reading goes on with the next object or line.
 *
 * @throws SlipError SOURCE_FILE_MISSING, SOURCE_UNAVAILABLE, SOURCE_FILE_UNREADABLE (after the records before the damage).
 */
export async function* readRecordFile(path: string): AsyncGenerator<RecordEvent> {
  if (/delete.*\.txt(\.gz)?$/.test(basename(path))) return yield* readDeletes(path)
  const bytes = readBytes(path)
  const head = await headOf(bytes)
  yield* isLines(head) ? readObjectLines(path, rejoin(head, bytes)) : readDocument(path, rejoin(head, bytes))
}

async function* readDeletes(path: string): AsyncGenerator<RecordEvent> {
  for await (const line of readLines(readBytes(path), maxRecordBytes)) {
    const id = line.bytes.toString('utf8').trim()
    if (id === '') continue
    const { number } = line
    if (/^[!-~]{1,64}$/.test(id)) yield { kind: 'delete', recordId: id, line: number }
    else yield badLine(path, line, 'is not a record id: 1 to 64 printable ASCII characters without blanks')
  }
}

/** The first kilobyte, or all when there is less. */
async function headOf(bytes: AsyncIterator<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let length = 0; length < headBytes; length += parts.at(-1)!.length) {
    const next = await bytes.next()
    if (next.done) break
    parts.push(next.value)
  }
  const head = Buffer.concat(parts)
  return head.subarray(0, 3).equals(Buffer.from('\ufeff')) ? head.subarray(3) : head
}

async function* rejoin(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* rest
}

/**
 * One object per line, as against one document. Lines are the safer reading, since a damaged one cannot reach its
 * neighbours; a Solr answer and a pretty-printed object are known by how they begin.
 */
function isLines(head: Buffer): boolean {
  const start = head.toString('latin1', 0, headBytes).trimStart()
  return !/^(\[|\{\s*\n|\{\s*"response(Header)?"\s*:)/.test(start)
}

async function* readObjectLines(path: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<RecordEvent> {
  for await (const line of readLines(bytes, maxRecordBytes)) {
    if (line.tooLong) yield badLine(path, line, `is larger than ${maxRecordBytes} bytes`)
    else if (line.bytes.length > 0 && line.bytes.toString('latin1').trim() !== '') {
      const note = line.ended ? '' : '; the file may have been cut here'
      yield recordEvent(path, line.number, line.bytes, note)
    }
  }
}

async function* readDocument(path: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<RecordEvent> {
  const scanner = new ObjectScanner(maxRecordBytes)
  for await (const chunk of bytes) {
    for (const piece of scanner.push(chunk)) yield pieceEvent(path, piece)
  }
  for (const piece of scanner.end()) yield pieceEvent(path, piece)
}

function pieceEvent(path: string, piece: { line: number; bytes: Buffer; problem: string | null }): RecordEvent {
  if (piece.problem === null) return recordEvent(path, piece.line, piece.bytes, '')
  return bad(path, piece.line, `The record cannot be read: ${piece.problem}.`, piece.bytes)
}

function recordEvent(path: string, line: number, bytes: Buffer, note: string): RecordEvent {
  if (!isUtf8(bytes)) return bad(path, line, `The record is not valid UTF-8${note}.`, bytes)
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    return bad(path, line, `The record is not valid JSON: ${(error as Error).message}${note}.`, bytes)
  }
  const problem = recordProblem(value, bytes)
  if (problem !== null) return bad(path, line, `The record cannot be used: ${problem}.`, bytes)
  const record = value as CatalogueRecord
  return record.deleted === true ? { kind: 'delete', recordId: record.id, line } : { kind: 'record', record, line }
}

function recordProblem(value: unknown, bytes: Buffer): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is not an object'
  const { id, ht_id: items } = value as Record<string, unknown>
  if (id === undefined) return 'it has no id'
  if (typeof id !== 'string' || !/^[!-~]{1,64}$/.test(id)) {
    return 'its id is not a string of 1 to 64 printable ASCII characters without blanks'
  }
  if (items !== undefined && !(Array.isArray(items) && items.every((item) => typeof item === 'string'))) {
    return 'its ht_id is not an array of strings'
  }
  // Both are legal JSON and no database text: \u0000, and half of a surrogate pair. The full check is rarely needed.
  const suspicious = bytes.includes('\\u0000') || bytes.includes('\\ud') || bytes.includes('\\uD')
  return suspicious && !isStorable(value) ? 'it holds a NUL character or half of a surrogate pair' : null
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner))
}

function bad(file: string, line: number, message: string, bytes: Buffer): Bad {
  return { kind: 'bad', file, line, message, text: sourceText(bytes) }
}

function badLine(file: string, line: Line, rule: string): Bad {
  return bad(file, line.number, `Line ${line.number} ${rule}.`, line.bytes)
}
