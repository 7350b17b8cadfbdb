import type { EventBus } from '../../events/bus.ts'
import { sweepPage } from '../../state/audit/sweep.ts'
import type { Target } from '../../state/control/target.ts'
import { reapOrphans } from '../../state/queue/reap.ts'
import { hostName } from '../identity.ts'
import type { Chore } from './chore.ts'

const pageSize = 10_000

/**
 * One page of the sweep every ten seconds: 20 million items in half a day, beside which nothing is felt. When the end is
 * reached, claimed rows without a claim are released too. It makes work, so it rests while its stage or target is paused.
 */
export function sweepChore(target: Target, bus: EventBus): Chore {
  return {
    name: `sweep:${target.name}`,
    periodMs: 10_000,
    // the first pass of the watermark finds the day's changes, in their own lane
    later: true,
    restsIn: (pauses) => pauses.ofProcess('enqueue', hostName) !== undefined || pauses.target(target.name),
    work: async (tx) => {
      const { read, enqueued, whole } = await sweepPage(tx, target.name, pageSize)
      if (enqueued > 0) bus.emit('enqueue.sweep', { target: target.name, read, enqueued, whole })
      return enqueued + (whole ? await reapOrphans(tx, 100) : 0)
    },
  }
}
