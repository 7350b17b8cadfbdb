import { repairBehind, untilShards } from '../repair.ts'
import { shards } from '../world.ts'
import { always, type Fault } from './fault.ts'

/** All that a shard holds is gone, its durability marker too. The shard is told to be behind, and is repaired. */
export const shardEmptied: Fault = {
  kind: 'shard-emptied',
  takes: ['index', 'database', 'processes'],
  lasts: [0, 1_000],
  applies: always,
  strike: async (world, random) => {
    const shard = random.whole(1, shards)
    const marked = await untilShards(world, [shard], ({ durableAt }) => durableAt !== null)
    if (!marked) return { what: `shard ${shard} has no marker yet`, heal: async () => false }
    await world.index.empty(shard, world.engine)
    const heal = async () => {
      await repairBehind(world, [shard], 'was emptied')
      return true
    }
    return { what: `shard ${shard}`, heal }
  },
}
