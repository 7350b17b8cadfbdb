import type { Target } from '../../state/control/target.ts'
import { expireWorkers, longestSilence } from '../../state/control/worker.ts'
import { reap } from '../../state/queue/reap.ts'
import type { Chore } from './chore.ts'

/** Expires silent workers and takes back the claims whose lease is over, four times a lease. */
export function reapChore(targets: readonly Target[]): Chore {
  const lease = Math.min(...targets.map((target) => target.lease))
  return {
    name: 'reap',
    periodMs: Math.max(lease / 4, 250),
    work: async (tx) => (await expireWorkers(tx, await longestSilence(tx))) + (await reap(tx, 100)),
  }
}
