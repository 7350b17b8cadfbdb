import type { Engine, Reach } from '../../shards/engine.ts'
import { shardNumbers } from '../../shards/shard-numbers.ts'
import type { Pair } from '../restore/differences.ts'
import type { Chore } from './chore.ts'

/**
 * At every interval: what was written to a target is made visible to searches, by one process at a time. A shard whose commit
 * has not ended is left out, and waited for by no other.
 */
export function commitChore({ engine, target }: Pair, visible: number): Chore {
  const underWay = new Set<number>()
  const commit = async (shard: number) => {
    underWay.add(shard)
    await engine.commit(shard, 'visible').finally(() => underWay.delete(shard))
  }
  return {
    name: `commit:${target.name}`,
    periodMs: visible,
    overlaps: true,
    look: async () => {
      await allOf(
        shardNumbers(target.shards)
          .filter((shard) => !underWay.has(shard))
          .map(commit),
      )
      return null
    },
  }
}

/** One shard that fails keeps no other from it; then throws what the first said. */
export const commitShards = (engine: Engine, shards: number, reach: Reach): Promise<void> =>
  allOf(shardNumbers(shards).map((shard) => engine.commit(shard, reach)))

async function allOf(commits: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(commits)).find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
