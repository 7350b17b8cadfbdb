import { isUtf8 } from 'node:buffer'
import { ObjectScanner } from './json-objects.ts'
import { isMarcJson, marcOfJson } from './marc/marc-json.ts'
import { readLines } from './read-lines.ts'
import { bad, badLine, marcEvents, maxRecordBytes, mayBeUnstorable, recordEvent, tooLarge } from './record-events.ts'
import type { RecordEvent } from './source.ts'

const headBytes = 1024

/**
 * Records of JSON, catalogue documents or MARC-in-JSON: an array, one object per line (ndjson), a Solr answer
 * (`response.docs`), or objects one after the other.
 */
export async function* readJsonRecords(file: string, bytes: AsyncGenerator<Buffer>): AsyncGenerator<RecordEvent> {
  const head = await headOf(bytes)
  yield* isLines(head) ? readObjectLines(file, rejoin(head, bytes)) : readDocument(file, rejoin(head, bytes))
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
 * neighbours. A Solr answer is known by how it begins, objects that go over several lines or share one by their first line.
 */
function isLines(head: Buffer): boolean {
  const start = head.toString('latin1', 0, headBytes).trimStart()
  if (/^(\[|\{\s*\n|\{\s*"response(Header)?"\s*:)/.test(start)) return false
  const [line = '', ...more] = start.split('\n')
  const goesOn = more.length > 0 && /[,{[]\s*$/.test(line)
  return !goesOn && !/\}\s*\{/.test(line)
}

async function* readObjectLines(file: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<RecordEvent> {
  for await (const line of readLines(bytes, maxRecordBytes)) {
    if (line.tooLong) yield badLine(file, line, tooLarge)
    else if (line.bytes.length > 0 && line.bytes.toString('latin1').trim() !== '') {
      const note = line.ended ? '' : '; the file may have been cut here'
      yield* eventsOf(file, line.number, line.bytes, note)
    }
  }
}

async function* readDocument(file: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<RecordEvent> {
  const scanner = new ObjectScanner(maxRecordBytes)
  for await (const chunk of bytes) {
    for (const piece of scanner.push(chunk)) yield* pieceEvents(file, piece)
  }
  for (const piece of scanner.end()) yield* pieceEvents(file, piece)
}

function pieceEvents(file: string, piece: { line: number; bytes: Buffer; problem: string | null }): RecordEvent[] {
  if (piece.problem === null) return eventsOf(file, piece.line, piece.bytes, '')
  return [bad(file, piece.line, `The record cannot be read: ${piece.problem}.`, piece.bytes)]
}

function eventsOf(file: string, line: number, bytes: Buffer, note: string): RecordEvent[] {
  if (!isUtf8(bytes)) return [bad(file, line, `The record is not valid UTF-8${note}.`, bytes)]
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    return [bad(file, line, `The record is not valid JSON: ${(error as Error).message}${note}.`, bytes)]
  }
  if (!isMarcJson(value))
    return [recordEvent(file, line, value, { bytes: () => bytes, mayBeUnstorable: () => mayBeUnstorable(bytes) })]
  return marcEvents(file, line, marcOfJson(value), bytes)
}
