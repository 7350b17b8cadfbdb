import { opendir } from 'node:fs/promises'
import { asUnavailable, isAbsent } from './availability.ts'

/** The names of the folders in a folder, links among them; none when it is not there. Throws REPOSITORY_UNAVAILABLE. */
export async function* foldersIn(path: string): AsyncGenerator<string> {
  for await (const entry of entriesIn(path)) {
    if (entry.isDirectory() || entry.isSymbolicLink()) yield entry.name
  }
}

/** What is in a folder; nothing when it is not there. Throws REPOSITORY_UNAVAILABLE. */
export async function* entriesIn(path: string) {
  try {
    yield* await opendir(path)
  } catch (error) {
    if (!isAbsent(error)) throw asUnavailable(error, path)
  }
}
