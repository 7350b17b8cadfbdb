import type { Figure, Measurement } from './bench.ts'

export interface Rounds {
  /** Runs of each side whose result is thrown away. */
  readonly warmUps: number
  /** Runs of each side that count; five or more. */
  readonly runs: number
}

/**
 * Runs all sides in turns, two of them each first in every other round, so that what else the machine does, and what warms up,
 * meets all. A side is one run, and answers what it measured. Answers what each side did, by name. Throws for fewer than five runs.
 */
export async function inTurns<Name extends string>(
  sides: Readonly<Record<Name, () => Promise<number>>>,
  { warmUps, runs }: Rounds,
): Promise<Record<Name, number[]>> {
  if (runs < 5) throw new RangeError('a median of fewer than five runs says nothing')
  const names = Object.keys(sides) as Name[]
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = -warmUps; round < runs; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await sides[name]()
      if (round >= 0) measured[name].push(value)
    }
  }
  return measured
}

/** Sums a measurement up by its medians. */
export function figureOf({ name, unit, against, runs, goal }: Measurement): Figure {
  const value = rounded(median(runs.ours))
  const againstValue = rounded(median(runs.against))
  // none against none is the same
  const ratio = value === againstValue ? 1 : rounded(value / againstValue)
  const met = goal.isMet({ value, ratio, most: Math.max(...runs.ours) })
  return { name, value, unit, against, againstValue, ratio, goal: goal.text, met }
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The smallest and the largest value. */
export const spread = (values: readonly number[]): [number, number] => [
  rounded(Math.min(...values)),
  rounded(Math.max(...values)),
]

/** Three significant digits: no benchmark here knows more. */
const rounded = (value: number) => Number(value.toPrecision(3))

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
