import type { EventBus } from '../../events/bus.ts'
import { mostPurged } from '../../shards/engine.ts'
import { clockMicroseconds } from '../../state/clock.ts'
import { shardStates } from '../../state/restore/shard-state.ts'
import type { Pair } from '../restore/differences.ts'
import { askEach, tellAway } from './ask-each.ts'
import type { Chore } from './chore.ts'

/** What one run removes of one shard: of more the rest waits for the next. */
const mostBatches = 10

/**
 * Once a lease, and no more often than the engine should commit, tombstones older than two leases are dropped from each
 * shard. A claim of the same items that has a lower fence was over before that one began; what it had sent has arrived by now, or comes from a process that slept, and is
 * found by the recheck. Nothing is forgotten of a shard that the database does not know as it is.
 */
export function purgeChore({ db, engine, target }: Pair, bus: EventBus, lease: number, visible = 0): Chore {
  const name = `purge:${target.name}`
  return {
    name,
    periodMs: Math.max(lease, visible, 60_000),
    later: true,
    look: async () => {
      const before = (await clockMicroseconds(db)) - 2 * lease * 1_000
      const known = (await shardStates(db, target.name)).filter(({ state }) => state !== 'ahead')
      const { answers, away } = await askEach(known, ({ shard }) => purgeShard(engine, shard, before))
      tellAway(bus, { chore: name, target: target.name }, away)
      const purged = answers.reduce((sum, [, count]) => sum + count, 0)
      return purged === 0 ? null : async () => purged
    },
  }
}

async function purgeShard(engine: Pair['engine'], shard: number, before: number): Promise<number> {
  let purged = 0
  for (let batch = 1; batch <= mostBatches; batch++) {
    const count = await engine.purgeTombstones(shard, before)
    purged += count
    if (count < mostPurged) break
  }
  return purged
}
