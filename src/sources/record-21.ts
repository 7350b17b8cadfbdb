import { lastRecordIn, marcOf21, recordEnd } from './marc/marc-21.ts'
import { readLines } from './read-lines.ts'
import { bad, marcEvents, maxRecordBytes } from './record-events.ts'
import type { RecordEvent } from './source.ts'

/**
 * Records of MARC21. It has no lines: what is bad has the number of its record. Of a record that was cut in the middle of
 * the file, the one behind it is found again.
 */
export async function* readMarc21Records(file: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<RecordEvent> {
  for await (const { number, bytes: whole, tooLong, ended } of readLines(bytes, maxRecordBytes, recordEnd)) {
    const record = withoutBreaks(whole)
    if (tooLong) yield bad(file, number, `The record is larger than ${maxRecordBytes} bytes.`, record)
    else if (ended) yield* eventsOf(file, number, record)
    else if (record.length > 0) {
      yield bad(file, number, 'The record cannot be read: the file ends in the middle of it.', record)
    }
  }
}

/** Some programs write a line end behind each record. */
function withoutBreaks(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0x0a && byte !== 0x0d)
  return bytes.subarray(start < 0 ? bytes.length : start)
}

function eventsOf(file: string, number: number, bytes: Buffer): RecordEvent[] {
  const marc = marcOf21(bytes)
  const next = typeof marc === 'string' ? lastRecordIn(bytes) : 0
  if (next === 0) return marcEvents(file, number, marc, bytes)
  const [cut, rest] = [bytes.subarray(0, next), bytes.subarray(next)]
  const message = 'The record cannot be read: the next one begins in the middle of it.'
  return [bad(file, number, message, cut), ...marcEvents(file, number, marcOf21(rest), rest)]
}
