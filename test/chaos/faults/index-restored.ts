import type { ShardState } from '../../../src/state/restore/shard-state.ts'
import { repairBehind, untilShards } from '../repair.ts'
import { shards } from '../world.ts'
import type { Fault } from './fault.ts'

const all = Array.from({ length: shards }, (_, at) => at + 1)

/** The directory of the index is set back to what it was some seconds before. Its shards are told to be behind, and repaired. */
export const indexRestored: Fault = {
  kind: 'index-restored',
  takes: ['index', 'database', 'processes'],
  lasts: [2_000, 6_000],
  applies: ({ index }) => (index.copy === null ? 'of a SolrCloud the state in ZooKeeper would be another' : null),
  strike: async (world) => {
    const nothing = { what: 'the shards have no marker yet', heal: async () => false }
    const { engine, index } = world
    if (index.copy === null || !(await untilShards(world, all, ({ durableAt }) => durableAt !== null))) return nothing
    const putBack = await index.copy()
    // no older than those of the copy
    const markers = new Map<number, number>()
    for (const shard of all) markers.set(shard, (await engine.marker(shard)) ?? 0)
    const heal = async () => {
      // what is lost is known by the markers that are lost with it
      const isNewer = ({ shard, durableAt }: ShardState) => (durableAt ?? 0) > (markers.get(shard) ?? 0)
      if (!(await untilShards(world, all, isNewer))) return false
      await putBack()
      await repairBehind(world, all, 'was set back')
      return true
    }
    return { what: 'a copy is taken', heal }
  },
}
