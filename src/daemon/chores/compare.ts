import type { EventBus } from '../../events/bus.ts'
import { compareShards, recordFindings } from '../restore/compare-shards.ts'
import type { Pair } from '../restore/differences.ts'
import { tellFindings } from '../restore/watch.ts'
import { tellAway } from './ask-each.ts'
import type { Chore } from './chore.ts'

/** At every interval: is one of database and engine older than the other? To look, an engine may have to commit. */
export function compareChore(pair: Pair, bus: EventBus, periodMs = 60_000): Chore {
  const { name } = pair.target
  const chore = `compare:${name}`
  return {
    name: chore,
    periodMs,
    look: async () => {
      const { findings, away } = await compareShards(pair)
      const [first] = away.values()
      if (first !== undefined && away.size === pair.target.shards) throw first
      tellAway(bus, { chore, target: name }, away)
      if (findings.length === 0) return null
      return async (tx) => {
        const fresh = await recordFindings(tx, name, findings)
        tellFindings(bus, name, fresh)
        return fresh.length
      }
    },
  }
}
