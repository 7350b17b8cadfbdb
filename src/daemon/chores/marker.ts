import type { EventBus } from '../../events/bus.ts'
import type { Engine } from '../../shards/engine.ts'
import { type ShardState, setMarked, shardStates } from '../../state/restore/shard-state.ts'
import { isSetBack } from '../restore/compare-shards.ts'
import type { Pair } from '../restore/differences.ts'
import { askEach, tellAway } from './ask-each.ts'
import type { Chore } from './chore.ts'

/**
 * At every interval each shard gets the marker that the database said it would get: what is written to the shard later, and then
 * lost with it, was settled later than that. A shard that was set back, or is ahead, keeps the marker it has until the
 * comparison has written down what it tells.
 */
export function markerChore({ db, engine, target }: Pair, bus: EventBus, periodMs = 60_000): Chore {
  const name = `marker:${target.name}`
  return {
    name,
    periodMs,
    look: async () => {
      const { answers, away } = await askEach(await shardStates(db, target.name), (state) => markNext(engine, state))
      tellAway(bus, { chore: name, target: target.name }, away)
      const marked = answers.filter(([, isMarked]) => isMarked).map(([state]) => state)
      return async (tx) => {
        for (const { shard, markedAt } of marked) await setMarked(tx, target.name, shard, markedAt)
        return marked.length
      }
    },
  }
}

/** True when the shard has the marker the database said it would get, or none was said yet. */
async function markNext(engine: Engine, state: ShardState): Promise<boolean> {
  const { shard, markedAt: next } = state
  const marker = await engine.marker(shard)
  if (state.state === 'ahead' || isSetBack(state, marker) || (marker ?? 0) > (next ?? 0)) return false
  return next === null || engine.mark(shard, marker, next)
}
