import { filesPart } from '../repository/fingerprint.ts'
import type { IndexedFiles } from '../state/rights/indexed-files.ts'

/** What slip-rights last saw of an item that was not in the repository. */
export const absentFiles = '.'

export interface Seen {
  /** The fingerprint of the files as they are. */
  readonly now: string
  /** As last seen; null = never looked at. */
  readonly known: string | null
  /** What the targets that know the item made their documents of. */
  readonly indexed: readonly IndexedFiles[]
  /** An ingest list says that they were written. */
  readonly isListed: boolean
}

/**
 * Whether an item is to be indexed again for its files. Not where every target has read them as they are: the catalogue moved
 * as well, and was faster. Of one that was never looked at nothing is known but what it was indexed from: so the first look at
 * a library indexes only what was replaced since, and what could not be indexed.
 */
export function isWrittenAgain({ now, known, indexed, isListed }: Seen): boolean {
  if (known === now) return false
  if (indexed.length > 0 && indexed.every(({ inputs }) => inputs !== null && filesPart(inputs) === now)) return false
  if (known !== null || isListed) return true
  return indexed.some(({ inputs, isNever }) => isNever || (inputs !== null && filesPart(inputs) !== now))
}
