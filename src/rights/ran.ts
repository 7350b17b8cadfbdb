import type { Pass } from './context.ts'

/** What came of what a person has read of a source, beside the counts in the tally. */
export interface Ran {
  /** Why not all of it was read or could be used; null = nothing is wrong. */
  readonly flaw: string | null
  /** What else a person should know, a sentence each. */
  readonly notes: readonly string[]
}

export const nothingWrong: Ran = { flaw: null, notes: [] }

/**
 * Whether all that was read of a source in a pass can be used, as a flaw. A census asks only for what may have named a
 * record or an item: a catalogue always has some date that is none.
 */
export function flawOfBad({ census, tally }: Pass, source: string, what: string): string | null {
  const { counts, unread } = tally.of(source)
  if (census !== source) return counts.bad > 0 ? `${counts.bad} ${what} cannot be used` : null
  return unread > 0 ? `${unread} records or item ids cannot be read, and may name what seems to be missing` : null
}
