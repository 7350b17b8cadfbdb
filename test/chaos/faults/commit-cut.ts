import type { Random } from '../../../samples/random.ts'
import type { Daemon } from '../daemons.ts'
import type { IndexGate } from '../indexes/chaos-index.ts'
import { always, type Fault, type Struck } from './fault.ts'

/** The connection to the index breaks before a COMMIT, or a request that writes, arrives, or after it was carried out, unheard. */
export const indexCommitCut: Fault = {
  kind: 'index-commit-cut',
  takes: ['processes'],
  lasts: [1_000, 4_000],
  applies: always,
  strike: async ({ daemons }, random) => {
    const daemon = random.pick(daemons.filter(({ stage }) => stage === 'index'))
    return cutAt(daemon, random, (when, stop) => daemon.indexGate.cutAtWrite(when, stop))
  },
}

/** The same between any daemon and the state database. */
export const databaseCommitCut: Fault = {
  kind: 'database-commit-cut',
  takes: ['processes'],
  lasts: [1_000, 4_000],
  applies: always,
  strike: async ({ daemons }, random) => {
    const daemon = random.pick(daemons)
    return cutAt(daemon, random, (when, stop) => daemon.stateGate.cutAtCommit(when, stop))
  },
}

async function cutAt(daemon: Daemon, random: Random, cutting: IndexGate['cutAtWrite']): Promise<Struck> {
  const when = random.pick(['before', 'after'] as const)
  const stop = new AbortController()
  const cut = cutting(when, stop.signal)
  const heal = () => {
    stop.abort()
    return cut
  }
  return { what: `${daemon.name}, ${when} the commit`, heal }
}
