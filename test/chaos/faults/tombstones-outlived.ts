import { setTimeout as pause } from 'node:timers/promises'
import { lease, shards, type World } from '../world.ts'
import { always, type Fault } from './fault.ts'

/**
 * A process is stopped in the middle of a post for longer than tombstones live: its items are deleted, their tombstones
 * purged, and then its post raises them from the dead. The index is asked about them again, and they go for good.
 */
export const tombstonesOutlived: Fault = {
  kind: 'tombstones-outlived',
  takes: ['processes', 'index', 'repository', 'database'],
  lasts: [lease, lease],
  applies: always,
  strike: async (world, random) => {
    const { daemons, state, library, requests } = world
    const daemon = random.pick(daemons.filter(({ stage }) => stage === 'index'))
    const held = await daemon.indexGate.holdWrite(AbortSignal.timeout(2_000))
    if (held === null) return { what: `${daemon.name}, idle`, heal: async () => false }
    daemon.signal('SIGSTOP')
    const claimed = await state.db.query<{ htid: string }>('SELECT htid FROM slip_queue WHERE state = 1')
    const rights = claimed.map(({ htid }) => library.items.get(htid)!)
    for (const item of rights) item.rights = 'nobody'
    library.changed({ rights })
    requests.add(library.flush().requests)
    const heal = async () => {
      const gone = await untilAbsent(
        world,
        claimed.map(({ htid }) => htid),
      )
      await purgeTombstones(world)
      held.release()
      daemon.signal('SIGCONT')
      await pause(postMs)
      // as if the longest time between two questions had passed
      await state.db.query('UPDATE slip_recheck SET due_at = CURRENT_TIMESTAMP(6)')
      return gone > 0
    }
    return { what: `${daemon.name}, ${rights.length} items deleted meanwhile`, heal }
  },
}

/** Enough for a post that is let go. */
const postMs = 2_000
const pollMs = 250
const limitMs = 15_000

/** Until the ledger says that all of them are gone, or long enough; returns how many are. */
async function untilAbsent({ state }: World, htids: readonly string[]): Promise<number> {
  const giveUpAt = performance.now() + limitMs
  for (;;) {
    const sql = `SELECT htid FROM slip_indexed WHERE presence = 'absent'`
    const absent = await state.db.query<{ htid: string }>(sql).catch(() => [])
    const gone = absent.filter(({ htid }) => htids.includes(htid)).length
    if (gone === htids.length || performance.now() > giveUpAt) return gone
    await pause(pollMs)
  }
}

/** While the index is away there is nothing to purge. */
async function purgeTombstones({ engine }: World): Promise<void> {
  for (let shard = 1; shard <= shards; shard++)
    await engine.purgeTombstones(shard, Number.MAX_SAFE_INTEGER).catch(() => undefined)
}
