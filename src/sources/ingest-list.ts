import { itemIdProblem, parseItemId } from './item-id.ts'
import { readBytes } from './read-bytes.ts'
import { readLines } from './read-lines.ts'
import { badLine } from './record-events.ts'
import type { Bad } from './source.ts'

/** A line of an ingest list: the files of the item were written. */
export interface Ingested {
  readonly kind: 'ingested'
  readonly htid: string
  readonly line: number
}

const longestLine = 4_096

/**
 * Streams a list of items that were ingested, `.gz` or plain: one id a line; blank lines and # comments are skipped. A line
 * that is no id is yielded as `bad` with its number.
 *
 * @throws SlipError SOURCE_FILE_MISSING, SOURCE_UNAVAILABLE, SOURCE_FILE_UNREADABLE (after the lines before the damage).
 */
export async function* readIngestList(path: string): AsyncGenerator<Ingested | Bad> {
  for await (const line of readLines(readBytes(path), longestLine)) {
    const text = line.bytes.toString('utf8').trim()
    if (text === '' || text.startsWith('#')) continue
    const problem = line.tooLong ? `is longer than ${longestLine} bytes` : itemIdProblem(text)
    if (problem === null) yield { kind: 'ingested', htid: parseItemId(text).htid, line: line.number }
    else yield badLine(path, line, problem)
  }
}
