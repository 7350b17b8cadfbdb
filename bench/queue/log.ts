import type { Connection, Dialect } from '../../src/state/connection.ts'
import { type Measurement, reported, type Scale } from '../runner/bench.ts'
import { inTurns } from '../runner/runs.ts'
import { drain } from './drain.ts'
import { openGraphile } from './graphile.ts'
import { fillTo } from './refill.ts'
import type { Servers } from './servers.ts'
import { type BenchState, serverNames, withState } from './state.ts'

const items = 10_000
const batch = 20

/** Bytes a claim and its settlement add to the log of the server, by item. */
export function measureLog(servers: Servers, _scale: Scale): Promise<Measurement[]> {
  return withState(servers, 'postgres', (postgres) =>
    withState(servers, 'mysql', (mysql) =>
      withState(servers, 'postgres', async (peer) => {
        const graphile = await openGraphile(peer.url)
        try {
          await fillTo(peer, { items: 4 * items, depth: 1, lane: 1 })
          await graphile.add(1, items)
          const jobs = async () => {
            await graphile.work('ledger', items)
            return items
          }
          const sides = {
            postgres: await ours(postgres),
            mysql: await ours(mysql),
            peer: () => perItem(peer.db, jobs, () => graphile.add(1, items)),
          }
          const { postgres: onPostgres, mysql: onMariadb, peer: its } = await inTurns(sides, { warmUps: 1, runs: 5 })
          const name = (dialect: Dialect) =>
            `log written by claim → settle, batches of ${batch}, ${serverNames[dialect]}`
          const against = 'graphile-worker, task writes the ledger row, PostgreSQL'
          return [
            {
              name: name('postgres'),
              unit: 'bytes per item',
              against,
              runs: { ours: onPostgres, against: its },
              goal: reported,
            },
            {
              name: name('mysql'),
              unit: 'bytes per item',
              against,
              runs: { ours: onMariadb, against: its },
              goal: reported,
            },
          ]
        } finally {
          await graphile.close()
        }
      }),
    ),
  )
}

async function ours(state: BenchState) {
  const { refill } = await fillTo(state, { items: 4 * items, depth: 2 * items, lane: 1 })
  return () => perItem(state.db, () => drain(state, { batch, items, lane: 1 }), refill)
}

const positions: Record<Dialect, string> = {
  postgres: `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes`,
  mysql: `SELECT variable_value AS bytes FROM information_schema.global_status WHERE variable_name = 'Innodb_lsn_current'`,
}

async function perItem(db: Connection, work: () => Promise<number>, after: (done: number) => Promise<unknown>) {
  const position = async () => Number((await db.query<{ bytes: number }>(positions[db.dialect]))[0]?.bytes)
  // so that both write each page whole once, the first time they change it
  if (db.dialect === 'postgres') await db.change('CHECKPOINT')
  const before = await position()
  const done = await work()
  const bytes = (await position()) - before
  await after(done)
  return bytes / done
}
