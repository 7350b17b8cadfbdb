/**
 * What is counted of a source, in the order in which it is shown: `seen`, the records, lines or rows that were read, those
 * that cannot be used included; `new` to `forced`, items by what became of them; `outOfScope`, items that are left out; `bad`,
 * what cannot be used.
 */
export const sourceCounts = [
  'seen',
  'new',
  'updated',
  'moved',
  'withdrawn',
  'noop',
  'forced',
  'outOfScope',
  'bad',
] as const

export type SourceCount = (typeof sourceCounts)[number]
export type SourceCounts = Record<SourceCount, number>

/** The counts, each of what `numberOf` says. */
export const countsOf = (numberOf: (count: SourceCount) => number): SourceCounts =>
  Object.fromEntries(sourceCounts.map((count) => [count, numberOf(count)])) as SourceCounts
