import { Random } from '../../samples/random.ts'
import type { Fault } from './faults/fault.ts'
import { type ChangeKind, drawChange } from './library/changes.ts'

/** One fault, and the changes of the library before it. All of it is drawn before anything starts. */
export interface Step {
  readonly number: number
  readonly fault: Fault
  readonly changes: readonly ChangeKind[]
  /** Of the draws that fault and changes make: where, which items, how far. */
  readonly seed: string
  readonly lastsMs: number
  /** Until the next step. */
  readonly pauseMs: number
}

/** The same seed gives the same steps; each kind comes about as often as any other. */
export function drawSchedule(seed: number, count: number, faults: readonly Fault[]): Step[] {
  const random = new Random(`chaos ${seed}`)
  let round: Fault[] = []
  return Array.from({ length: count }, (_, index) => {
    if (round.length === 0) round = random.shuffled(faults)
    const fault = round.pop()!
    return {
      number: index + 1,
      fault,
      changes: Array.from({ length: random.whole(1, 4) }, () => drawChange(random)),
      seed: `chaos ${seed} ${index}`,
      lastsMs: random.whole(...(fault.lasts as [number, number])),
      pauseMs: random.whole(200, 2_000),
    }
  })
}
