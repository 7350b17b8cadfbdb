import type { Engine, Reach } from '../../shards/engine.ts'
import { shardNumbers } from '../../shards/shard-numbers.ts'
import type { Pair } from '../restore/differences.ts'
import type { Chore } from './chore.ts'

/** At every interval: what was written to a target is made visible to searches, by one process at a time. */
export function commitChore({ engine, target }: Pair, visible: number): Chore {
  return {
    name: `commit:${target.name}`,
    periodMs: visible,
    look: async () => {
      await commitShards(engine, target.shards, 'visible')
      return null
    },
  }
}

/** One shard that fails keeps no other from it; then throws what the first said. */
export async function commitShards(engine: Engine, shards: number, reach: Reach): Promise<void> {
  const all = shardNumbers(shards).map((shard) => engine.commit(shard, reach))
  const failed = (await Promise.allSettled(all)).find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
