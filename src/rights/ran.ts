/** What came of what a person has read of a source, beside the counts in the tally. */
export interface Ran {
  /** Why not all of it was read or could be used; null = nothing is wrong. */
  readonly flaw: string | null
  /** What else a person should know, a sentence each. */
  readonly notes: readonly string[]
}

export const nothingWrong: Ran = { flaw: null, notes: [] }
