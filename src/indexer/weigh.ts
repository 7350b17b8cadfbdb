import type { Storm, StormBrake } from '../daemon/storm-brake.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { ItemOutcome } from './outcome.ts'

type Failed = Extract<ItemOutcome, { kind: 'failed' }>

/** An outcome that burns an attempt of its item. */
const isFault = (outcome: ItemOutcome): outcome is Failed =>
  outcome.kind === 'failed' && outcome.error.class !== 'environment'

/**
 * Shows outcomes to the storm brake before they are settled. From the one on that makes a storm, here or in an earlier
 * call, what failed is handed back unburnt instead; what went well stays so. `storm`: the one that was noticed here.
 */
export function weigh(
  brake: StormBrake,
  outcomes: readonly ItemOutcome[],
): { weighed: ItemOutcome[]; storm: Storm | null } {
  const known = brake.storm()
  let storm: Storm | null = null
  const weighed = outcomes.map((outcome): ItemOutcome => {
    if (isFault(outcome)) {
      if ((known ?? storm) !== null) return { kind: 'returned', htid: outcome.htid, fence: 0 }
      brake.add(outcome.error.code)
      storm = brake.storm()
    } else if (outcome.kind === 'indexed' || outcome.kind === 'deleted') brake.add(null)
    return outcome
  })
  return { weighed, storm }
}

/** Long against the pauses between probes, so that the next one meets other items; it ends with the storm. Milliseconds. */
const putOffMs = 3_600_000

/** While a storm is probed nothing is burnt: what fails is put off, unburnt, and the next probe meets other items. */
export const putOff = (outcomes: readonly ItemOutcome[]): ItemOutcome[] =>
  outcomes.map((outcome) => (isFault(outcome) ? { ...outcome, putOffMs } : outcome))

/** How many items came to an end, well or by a fault of their own, and the codes of the faults. */
export function faultsOf(outcomes: readonly ItemOutcome[]): { ended: number; faults: string[] } {
  const faults = outcomes.filter(isFault).map(({ error }) => error.code)
  const well = outcomes.filter(({ kind }) => kind === 'indexed' || kind === 'deleted').length
  return { faults, ended: faults.length + well }
}

/** The storm of the most frequent of some faults; null without one. */
export function worstOf(faults: readonly string[], of: number): Storm | null {
  const codes = [...Map.groupBy(faults, (code) => code)].sort(([, a], [, b]) => b.length - a.length)
  const [worst] = codes.map(([code, { length: failed }]) => ({ code, failed, of }))
  return worst ?? null
}

export const stormError = ({ failed, of, code }: Storm): SlipError =>
  new SlipError('STORM_BRAKE', `${failed} of the last ${of} items ended in ${code}`)
