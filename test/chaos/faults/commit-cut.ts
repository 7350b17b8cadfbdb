import type { Random } from '../../../samples/random.ts'
import type { Daemon } from '../daemons.ts'
import type { Gate } from '../gate.ts'
import { always, type Fault, type Struck } from './fault.ts'

/** The connection to the index breaks before a COMMIT arrives, or after it was carried out, unheard. */
export const indexCommitCut: Fault = {
  kind: 'index-commit-cut',
  takes: ['processes'],
  lasts: [1_000, 4_000],
  applies: always,
  strike: async ({ daemons }, random) => {
    const daemon = random.pick(daemons.filter(({ stage }) => stage === 'index'))
    return cutAtCommit(daemon, daemon.indexGate, random)
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
    return cutAtCommit(daemon, daemon.stateGate, random)
  },
}

async function cutAtCommit(daemon: Daemon, gate: Gate, random: Random): Promise<Struck> {
  const when = random.pick(['before', 'after'] as const)
  const stop = new AbortController()
  const cut = gate.cutAtCommit(when, stop.signal)
  const heal = () => {
    stop.abort()
    return cut
  }
  return { what: `${daemon.name}, ${when} the commit`, heal }
}
