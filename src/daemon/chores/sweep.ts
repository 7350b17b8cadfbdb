import type { TargetSettings } from '../../config/schema.ts'
import type { EventBus } from '../../events/bus.ts'
import { sweepPage } from '../../state/audit/sweep.ts'
import { isFilling } from '../../state/control/fill.ts'
import type { Target } from '../../state/control/target.ts'
import { reapOrphans } from '../../state/queue/reap.ts'
import { hostName } from '../identity.ts'
import type { Chore } from './chore.ts'

const largestPage = 10_000
const longestPauseMs = 10_000

/**
 * A page of the sweep now and then, so that its rate is kept: at 1,000 items a second 20 million take six hours, beside
 * which nothing is felt. When the end is reached, claimed rows without a claim are released too. It makes work, so it
 * rests while its stage or target is paused. A target that is being filled has a sweep of its own, without rest.
 */
export function sweepChore(target: Target, { period, rate }: TargetSettings['sweep'], bus: EventBus): Chore {
  const size = Math.min(largestPage, (rate * longestPauseMs) / 1000)
  return {
    name: `sweep:${target.name}`,
    periodMs: (size / rate) * 1000,
    // the first pass of the watermark finds the day's changes, in their own lane
    later: true,
    restsIn: (pauses) => pauses.ofProcess('enqueue', hostName) !== undefined || pauses.target(target.name),
    work: async (tx) => {
      if (await isFilling(tx, target.name)) return 0
      const page = await sweepPage(tx, target.name, size, period)
      if (page === null) return 0
      const { read, enqueued, whole } = page
      if (enqueued > 0 || whole) bus.emit('enqueue.sweep', { target: target.name, read, enqueued, whole })
      return enqueued + (whole ? await reapOrphans(tx, 100) : 0)
    },
  }
}
