import type { EventBus } from '../../events/bus.ts'
import { readWatermark, writeWatermark } from '../../state/control/watermark.ts'
import { adoptItems } from '../../state/restore/adopt-items.ts'
import { shardStates } from '../../state/restore/shard-state.ts'
import { hostName } from '../identity.ts'
import { comparePage, lookAgain, type Pair, type Remedy, remedyOf, removeSeen } from '../restore/differences.ts'
import { askEach, tellAway } from './ask-each.ts'
import type { Chore } from './chore.ts'

const periodMs = 60_000
const smallestPage = 10
const largestPage = 10_000

/**
 * Every minute a page of ids, so many that all are compared within the period: what the engine lacks, holds in another text
 * or in spite of the ledger. The ledger is made to say so, with rev 0, and the sweep requests what differs; a document in
 * another shard than the ledger's is removed here. What is queued is left to its claim. A shard that is ahead is adopted
 * by a person first. What may be in a shard that is away waits for the next round.
 */
export function scanChore(pair: Pair, { period }: { readonly period: number }, bus: EventBus): Chore {
  const { db, engine, target } = pair
  const name = `scan:${target.name}`
  let size: number | undefined
  return {
    name,
    periodMs,
    later: true,
    restsIn: (pauses) => pauses.ofProcess('index', hostName) !== undefined || pauses.target(target.name),
    look: async () => {
      const states = await shardStates(db, target.name)
      if (states.some(({ state }) => state === 'ahead')) return null
      size ??= pageSize((await askEach(states, ({ shard }) => engine.count(shard))).answers, states.length, period)
      const after = (await readWatermark(db, 'scan', target.name)) ?? ''
      const { suspects, last, away } = await comparePage(pair, after, size)
      tellAway(bus, { chore: name, target: target.name }, away)
      const found = await lookAgain(pair, suspects, away)
      const idle = found.filter(({ before }) => before.queue === null).map(remedyOf)
      const said = idle.filter(({ isSaid }) => isSaid)
      const { removed } = await removeSeen(
        engine,
        said.flatMap((remedy) => remedy.strays),
      )
      const open = idle.filter(({ isSaid }) => !isSaid)
      if (last === null) size = undefined
      return async (tx) => {
        const done = await adoptItems(
          tx,
          target.name,
          open.map(({ adoption }) => adoption),
        )
        // the page is read once more: its strays are removed when the ledger knows their fences
        const repeat = open.some((remedy) => remedy.strays.length > 0 && done.has(remedy.htid))
        if (!repeat) await writeWatermark(tx, 'scan', target.name, last ?? '', last === null)
        tell(
          bus,
          target.name,
          open.filter(({ htid }) => done.has(htid)),
          removed.size,
        )
        return done.size + removed.size
      }
    },
  }
}

/** A shard that is away is taken to hold as much as the others. */
const pageSize = (counted: readonly (readonly [unknown, number])[], shards: number, period: number): number => {
  const items = (counted.reduce((sum, [, count]) => sum + count, 0) * shards) / counted.length
  return Math.min(largestPage, Math.max(smallestPage, Math.ceil((items * periodMs) / period)))
}

function tell(bus: EventBus, target: string, corrected: readonly Remedy[], strays: number): void {
  if (corrected.length + strays === 0) return
  const withoutRights = corrected.filter(({ unowned }) => unowned !== null).length
  const [first] = corrected
  bus.emit('shard.scanned', { target, corrected: corrected.length, strays, withoutRights, first: first?.htid ?? '' })
}
