import { setMarked, shardStates } from '../../state/restore/shard-state.ts'
import { isSetBack } from '../restore/compare-shards.ts'
import type { Pair } from '../restore/differences.ts'
import type { Chore } from './chore.ts'

/**
 * Every minute each shard gets the marker that the database said it would get: what is written to the shard later, and then
 * lost with it, was settled later than that. A shard that was set back, or is ahead, keeps the marker it has until the
 * comparison has written down what it tells.
 */
export function markerChore({ db, engine, target }: Pair): Chore {
  return {
    name: `marker:${target.name}`,
    periodMs: 60_000,
    look: async () => {
      const marked: { shard: number; durable: number | null }[] = []
      for (const state of await shardStates(db, target.name)) {
        const { shard, markedAt: next } = state
        const marker = await engine.marker(shard)
        if (state.state === 'ahead' || isSetBack(state, marker) || (marker ?? 0) > (next ?? 0)) continue
        if (next === null || (await engine.mark(shard, marker, next))) marked.push({ shard, durable: next })
      }
      return async (tx) => {
        for (const { shard, durable } of marked) await setMarked(tx, target.name, shard, durable)
        return marked.length
      }
    },
  }
}
