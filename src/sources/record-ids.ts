import { readLines } from './read-lines.ts'
import { badLine, isRecordId, maxRecordBytes, notRecordId } from './record-events.ts'
import type { RecordEvent } from './source.ts'

/** A delete file: one record id a line, blank lines skipped. */
export async function* readDeletes(file: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<RecordEvent> {
  for await (const line of readLines(bytes, maxRecordBytes)) {
    const id = line.bytes.toString('utf8').trim()
    if (id === '') continue
    if (isRecordId(id)) yield { kind: 'delete', recordId: id, line: line.number }
    else yield badLine(file, line, notRecordId)
  }
}

/**
 * A file of redirects: the id of a record that is no more, and that of the one it went into, parted by a tab. The first is
 * gone; its items come with the other.
 */
export async function* readRedirects(file: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<RecordEvent> {
  for await (const line of readLines(bytes, maxRecordBytes)) {
    const text = line.bytes.toString('utf8').trim()
    if (text === '') continue
    const [from = '', to = '', ...more] = text.split(/\s+/)
    const isRedirect = isRecordId(from) && isRecordId(to) && more.length === 0
    if (!isRedirect) yield badLine(file, line, 'is not a redirect: two record ids parted by a tab')
    else if (from === to) yield badLine(file, line, `redirects ${from} to itself`)
    else yield { kind: 'delete', recordId: from, line: line.number }
  }
}
