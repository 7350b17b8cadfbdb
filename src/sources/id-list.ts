import { createReadStream } from 'node:fs'
import { SlipError } from '../errors/slip-error.ts'
import { itemIdProblem, parseItemId } from './item-id.ts'
import { type Line, readLines } from './read-lines.ts'
import { SeenIds } from './seen-ids.ts'

/** A text that is no item id. */
export interface InvalidId {
  /** Its first 300 characters. */
  readonly id: string
  /** Of the file it stands in, from 1; none for one that was typed. */
  readonly line?: number
  /** The rule it breaks, as the end of a sentence. */
  readonly problem: string
}

/** Ids in their kept form, each once in all pages, and what is none. */
export interface IdPage {
  readonly htids: readonly string[]
  readonly invalid: readonly InvalidId[]
}

const pageSize = 1_000
const longestLine = 4_096

interface Found {
  readonly text: string
  readonly line?: number
}

/**
 * Item ids in the order in which they are named, page by page: those that were typed, then the lines of a file, `-` =
 * standard input. Blank lines and # comments are skipped. However long the file is, of its ids no more is kept than what
 * tells that one came before. Throws USAGE when the file cannot be read.
 */
export async function* readIds(typed: readonly string[], file?: string): AsyncGenerator<IdPage> {
  const seen = new SeenIds()
  let [htids, invalid]: [string[], InvalidId[]] = [[], []]
  for await (const { text, line } of idsOf(typed, file)) {
    const problem = text.length > longestLine ? `is longer than ${longestLine} characters` : itemIdProblem(text)
    const kept = problem === null ? parseItemId(text).htid : text
    if (!seen.add(kept)) continue
    if (problem === null) htids.push(kept)
    else invalid.push({ id: text.slice(0, 300), ...(line !== undefined && { line }), problem })
    if (htids.length + invalid.length < pageSize) continue
    yield { htids, invalid }
    htids = []
    invalid = []
  }
  if (htids.length + invalid.length > 0) yield { htids, invalid }
}

async function* idsOf(typed: readonly string[], file: string | undefined): AsyncGenerator<Found> {
  for (const text of typed) yield { text }
  if (file === undefined) return
  for await (const { number: line, ...rest } of readLines(bytesOf(file), longestLine)) {
    const text = textOf(rest)
    if (text !== '' && !text.startsWith('#')) yield { text, line }
  }
}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    yield* file === '-' ? process.stdin : createReadStream(file)
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? unreadableIds(error) : error
  }
}

/** What is told of a file of ids that cannot be read. */
export const unreadableIds = (error: Error): SlipError =>
  new SlipError('USAGE', `--ids-file cannot be read: ${error.message}`, { cause: error })

/** Of a line that is too long its beginning, which is too long as well. */
const textOf = ({ bytes }: Pick<Line, 'bytes'>): string => bytes.toString('utf8').trim()
