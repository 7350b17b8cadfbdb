import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { SlipError } from '../errors/slip-error.ts'
import { itemIdProblem, parseItemId } from '../sources/item-id.ts'

/** Ids a person named, each once in its kept form, and what is wrong with the others. */
export interface NamedIds {
  readonly htids: string[]
  readonly invalid: { readonly id: string; readonly problem: string }[]
}

export function sortIds(texts: Iterable<string>): NamedIds {
  const htids = new Set<string>()
  const invalid = new Map<string, string>()
  for (const text of texts) {
    const problem = itemIdProblem(text)
    if (problem === null) htids.add(parseItemId(text).htid)
    else invalid.set(text, problem)
  }
  return { htids: [...htids], invalid: [...invalid].map(([id, problem]) => ({ id, problem })) }
}

/** One id as typed, in its kept form. Throws ITEM_ID_INVALID. */
export const oneId = (text: string): string => parseItemId(text).htid

/** The lines of a file of ids, `-` = standard input; blank lines and # comments are skipped. Throws USAGE. */
export async function readIdsFile(file: string): Promise<string[]> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  const lines: string[] = []
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const id = line.trim()
      if (id !== '' && !id.startsWith('#')) lines.push(id)
    }
  } catch (error) {
    throw new SlipError('USAGE', `--ids-file cannot be read: ${(error as Error).message}`, { cause: error })
  }
  return lines
}
