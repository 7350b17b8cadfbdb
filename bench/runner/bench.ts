/** One benchmark: a file or folder of bench/, named in bench/benches.ts. */
export interface Bench {
  /** One sentence. */
  readonly description: string
  /** `parts` of those it has; without any, all. What was measured is told at once: the rest may take an hour. */
  measure(scale: Scale, parts: readonly string[], tell: Tell): Promise<void>
  /** Names of what can be measured alone. */
  readonly parts?: readonly string[]
  /** What else its figures hang on, such as servers with their settings; asked after `measure`. */
  versions?(): Readonly<Record<string, string>>
}

export type Tell = (measured: readonly Measurement[]) => void

/** How large its tables are; what knows one size only measures that. */
export type Scale = 'default' | 'large'

export const isScale = (text: string): text is Scale => text === 'default' || text === 'large'

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
  /** `most`: the largest of the runs. */
  isMet(figure: { readonly value: number; readonly ratio: number; readonly most: number }): boolean
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

export const ratioAtLeast = (limit: number): Goal => ({
  text: `ratio at least ${limit}`,
  isMet: ({ ratio }) => ratio >= limit,
})

export const valueAtMost = (limit: number, unit: string): Goal => ({
  text: `at most ${limit} ${unit}`,
  isMet: ({ value }) => value <= limit,
})

export const valueAtLeast = (limit: number, unit: string): Goal => ({
  text: `at least ${limit} ${unit}`,
  isMet: ({ value }) => value >= limit,
})

/** A bound on each run: that its median keeps it says nothing. */
export const neverAbove = (limit: number, unit: string): Goal => ({
  text: `never above ${limit} ${unit}`,
  isMet: ({ most }) => most <= limit,
})

/** A figure that is told and has no goal. */
export const reported: Goal = { text: 'reported', isMet: () => true }
