import { isUtf8 } from 'node:buffer'
import { SlipError } from '../errors/slip-error.ts'
import { marcOfXml } from './marc/marc-xml.ts'
import { RecordCutter } from './marc/record-cutter.ts'
import { bad, marcEvents, maxRecordBytes } from './record-events.ts'
import type { RecordEvent } from './source.ts'

/** Records of MARCXML in UTF-8: a collection, one record, or an answer of OAI-PMH. */
export async function* readXmlRecords(file: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<RecordEvent> {
  const cutter = new RecordCutter(maxRecordBytes)
  let isFirst = true
  for await (const chunk of bytes) {
    if (isFirst) refuseEncoding(file, chunk)
    isFirst = false
    for (const text of cutter.push(chunk)) yield* eventsOf(file, text)
  }
  for (const text of cutter.end()) yield* eventsOf(file, text)
}

function eventsOf(file: string, { line, bytes, problem }: { line: number; bytes: Buffer; problem: string | null }) {
  if (problem !== null) return [bad(file, line, `The record cannot be read: ${problem}.`, bytes)]
  if (!isUtf8(bytes)) return [bad(file, line, 'The record is not valid UTF-8.', bytes)]
  return marcEvents(file, line, marcOfXml(bytes.toString('utf8')), bytes)
}

function refuseEncoding(file: string, head: Buffer): void {
  const declared =
    /^<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(head.toString('latin1', 0, 200))?.[1] ?? 'utf-8'
  const isUtf16 = ['fffe', 'feff'].includes(head.toString('hex', 0, 2))
  if (!isUtf16 && /^(utf-?8|us-ascii)$/i.test(declared)) return
  const message = `The file ${file} is in ${isUtf16 ? 'UTF-16' : declared}; MARCXML is read in UTF-8 only.`
  throw new SlipError('SOURCE_FILE_UNREADABLE', message, { place: { file } })
}
