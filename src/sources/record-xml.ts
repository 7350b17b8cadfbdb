import { isUtf8 } from 'node:buffer'
import { SlipError } from '../errors/slip-error.ts'
import { marcOfXml } from './marc/marc-xml.ts'
import { lastPartOf, type OaiHeader, oaiHeaderOf } from './marc/oai-header.ts'
import { RecordCutter, type RecordText } from './marc/record-cutter.ts'
import { bad, isRecordId, marcEvents, maxRecordBytes } from './record-events.ts'
import type { RecordEvent } from './source.ts'

/** Records of MARCXML in UTF-8: a collection, one record, or an answer of OAI-PMH. */
export async function* readXmlRecords(file: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<RecordEvent> {
  const cutter = new RecordCutter(maxRecordBytes)
  const reading = new XmlReading(file)
  let isFirst = true
  for await (const chunk of bytes) {
    if (isFirst) refuseEncoding(file, chunk)
    isFirst = false
    for (const text of cutter.push(chunk)) yield* reading.eventsOf(text)
  }
  for (const text of cutter.end()) yield* reading.eventsOf(text)
}

class XmlReading {
  readonly #file: string
  /** False = an identifier of OAI-PMH was seen that does not end in the id of its record: none tells which is gone. */
  #idsEndIdentifiers = true

  constructor(file: string) {
    this.#file = file
  }

  eventsOf({ line, bytes, problem, envelope }: RecordText): RecordEvent[] {
    if (problem !== null) return [bad(this.#file, line, `The record cannot be read: ${problem}.`, bytes)]
    if (!isUtf8(bytes)) return [bad(this.#file, line, 'The record is not valid UTF-8.', bytes)]
    const text = bytes.toString('utf8')
    const header = oaiHeaderOf(text)
    if (header?.isDeleted) return [this.#deletion(line, bytes, header.identifier)]
    const events = marcEvents(this.#file, line, marcOfXml(text), bytes)
    if (envelope !== undefined) this.#compare(oaiHeaderOf(envelope.toString('utf8')), events[0])
    return events
  }

  #deletion(line: number, bytes: Buffer, identifier: string): RecordEvent {
    const recordId = lastPartOf(identifier)
    if (this.#idsEndIdentifiers && isRecordId(recordId)) return { kind: 'delete', recordId, line, identifier }
    const message = `The record ${JSON.stringify(identifier.slice(0, 300))} is deleted, and its identifier does not tell which that is.`
    return { ...bad(this.#file, line, message, bytes), part: 'detail' }
  }

  #compare(header: OaiHeader | null, event: RecordEvent | undefined): void {
    if (header === null || event === undefined || event.kind === 'bad') return
    const id = event.kind === 'record' ? event.record.id : event.recordId
    if (lastPartOf(header.identifier) !== id) this.#idsEndIdentifiers = false
  }
}

function refuseEncoding(file: string, head: Buffer): void {
  const declared =
    /^<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(head.toString('latin1', 0, 200))?.[1] ?? 'utf-8'
  const isUtf16 = ['fffe', 'feff'].includes(head.toString('hex', 0, 2))
  if (!isUtf16 && /^(utf-?8|us-ascii)$/i.test(declared)) return
  const message = `The file ${file} is in ${isUtf16 ? 'UTF-16' : declared}; MARCXML is read in UTF-8 only.`
  throw new SlipError('SOURCE_FILE_UNREADABLE', message, { place: { file } })
}
