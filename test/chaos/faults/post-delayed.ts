import { lease } from '../world.ts'
import { always, type Fault } from './fault.ts'

/**
 * A post is on its way for longer than the lease, and its process is stopped meanwhile. Its items change and others
 * post them: what was delayed reaches the index last.
 */
export const postDelayed: Fault = {
  kind: 'post-delayed',
  takes: ['processes', 'index', 'repository'],
  lasts: [lease + 3_000, lease * 4],
  applies: always,
  strike: async ({ daemons, state, library, requests }, random) => {
    const daemon = random.pick(daemons.filter(({ stage }) => stage === 'index'))
    const held = await daemon.indexGate.holdWrite(AbortSignal.timeout(2_000))
    if (held === null) return { what: `${daemon.name}, idle`, heal: async () => false }
    daemon.signal('SIGSTOP')
    // which claim is its own nobody can tell from outside: the items of all change
    const claimed = await state.db.query<{ htid: string }>('SELECT htid FROM slip_queue WHERE state = 1')
    const volumes = claimed.map(({ htid }) => library.items.get(htid)!)
    for (const item of volumes) item.version++
    library.changed({ volumes })
    requests.add(library.flush().requests)
    const heal = async () => {
      held.release()
      daemon.signal('SIGCONT')
      return true
    }
    return { what: `${daemon.name}, ${volumes.length} items changed meanwhile`, heal }
  },
}
