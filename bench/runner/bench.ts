/** One benchmark: a file or folder of bench/, named in bench/benches.ts. */
export interface Bench {
  /** One sentence. */
  readonly description: string
  measure(): Promise<Measurement[]>
}

/** What both sides gave in each of their alternating runs, in the same unit. */
export interface Runs {
  readonly ours: readonly number[]
  readonly against: readonly number[]
}

/** A figure with its goal, before it is summed up. */
export interface Measurement {
  readonly name: string
  readonly unit: string
  /** The peer of the same run. */
  readonly against: string
  readonly runs: Runs
  readonly goal: Goal
}

export interface Goal {
  readonly text: string
  isMet(figure: { readonly value: number; readonly ratio: number }): boolean
}

/** A figure as it is printed, recorded and given to other programs; `value` and `againstValue` are medians. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly against: string
  readonly againstValue: number
  /** value / againstValue */
  readonly ratio: number
  readonly goal: string
  readonly met: boolean
}

export const ratioAtMost = (limit: number): Goal => ({
  text: `ratio at most ${limit}`,
  isMet: ({ ratio }) => ratio <= limit,
})

export const valueAtMost = (limit: number, unit: string): Goal => ({
  text: `at most ${limit} ${unit}`,
  isMet: ({ value }) => value <= limit,
})
