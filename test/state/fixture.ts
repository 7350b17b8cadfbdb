import { inject } from 'vitest'
import { schemaVersion } from '../../migrations/index.ts'
import type { Connection, Database } from '../../src/state/connection.ts'
import { applyTarget } from '../../src/state/control/target.ts'
import { registerWorker } from '../../src/state/control/worker.ts'
import { openDatabase } from '../../src/state/database.ts'
import { migrate } from '../../src/state/migrate.ts'
import { type Claim, claim } from '../../src/state/queue/claim.ts'
import { enqueueChanged } from '../../src/state/queue/enqueue.ts'
import { closeClaim, lockClaim } from '../../src/state/queue/exit.ts'
import { fail } from '../../src/state/queue/fail.ts'
import { type Indexed, settle } from '../../src/state/queue/settle.ts'
import { merge, upsertRights } from '../../src/state/rights/upsert-rights.ts'
import { testDatabase } from '../services/database.ts'

export const digestOf = (n: number) => n.toString(16).padStart(32, '0')

export interface State {
  readonly db: Database
  readonly url: string
  /** Connects anew, as another process would. */
  another(): Promise<Database>
  close(): Promise<void>
}

/** On the server of the project that runs: no test knows which. A migrated database of its own with target `main`, two shards, lease and overlap one minute. */
export async function openState(): Promise<State> {
  const { url, drop } = await testDatabase(inject('stateServer'))
  const open = () => openDatabase({ url, applicationName: 'test', poolSize: 4 })
  const db = await open()
  await migrate(db)
  await db.transaction((tx) =>
    applyTarget(tx, { name: 'main', engine: 'embedded', schemaVersion, shards: 2, lease: 60_000, overlap: 60_000 }),
  )
  const opened: Database[] = [db]
  return {
    db,
    url,
    another: async () => {
      const database = await open()
      opened.push(database)
      return database
    },
    close: async () => {
      for (const database of opened) await database.close()
      await drop()
    },
  }
}

/** Makes or changes rights rows: attr 1 unless told; a new `title` is new content. */
export function change(
  db: Database,
  htids: readonly string[],
  part: { attr?: number; withdrawn?: boolean; title?: number } = {},
) {
  const { attr = 1, withdrawn = false, title = 0 } = part
  return db.transaction((tx) =>
    upsertRights(
      tx,
      htids.map((htid) => ({
        htid,
        apply: (known) => merge(known, { attr, withdrawn, recordId: 'r1', recordDigest: digestOf(title) }),
      })),
    ),
  )
}

export const enqueue = (db: Database, htids: readonly string[]) =>
  db.transaction((tx) => enqueueChanged(tx, 'main', htids, { lane: 'daily', reason: 'test' }))

export const worker = (db: Connection, host = 'host-a', pid = 1) =>
  registerWorker(db, { stage: 'index', host, pid, bootId: 'boot', codeVersion: '0.1.0' })

export interface ClaimOptions {
  lane?: number
  shard?: number
  draw?: number
  batch?: number
  host?: string
}

export function claimBucket(db: Database, token: string, options: ClaimOptions = {}): Promise<Claim> {
  return db.transaction((tx) => claimInside(tx, token, options))
}

export function claimInside(tx: Connection, token: string, options: ClaimOptions = {}): Promise<Claim> {
  const { lane = 1, shard = 0, draw = 1, batch = 100, host = 'host-a' } = options
  const bucket = { target: 'main', lane, shard }
  return claim(tx, { bucket, worker: token, pid: 1, host, batch, draw, fromSeq: 0 })
}

export const indexed = (htid: string, digest: string | null = digestOf(1)): Indexed => ({
  htid,
  digest,
  pages: 10,
  readPages: 10,
  emptyPages: 0,
  invalidBytes: 0,
  bytes: 1000,
  inputs: null,
})

/** The settle exit as slip-index does it: claim row first, claim row closed last. */
export async function settleInside(tx: Connection, held: Claim, items: readonly Indexed[]): Promise<Set<string>> {
  if (!(await lockClaim(tx, held))) return new Set()
  const settled = await settle(tx, held, items, {
    codeVersion: '0.1.0',
    schemaVersion,
    configDigest: 'c',
    host: 'host-a',
  })
  await closeClaim(tx, held)
  return settled
}

export const settleAll = (db: Database, held: Claim) =>
  db.transaction((tx) =>
    settleInside(
      tx,
      held,
      held.items.map((item) => indexed(item.htid, item.action === 'delete' ? null : digestOf(1))),
    ),
  )

/** A new item, changed, enqueued and claimed; alone, unless others are ready in the bucket. */
export async function claimItem(db: Database, token: string, htid: string, options: ClaimOptions = {}): Promise<Claim> {
  await change(db, [htid])
  await enqueue(db, [htid])
  return claimBucket(db, token, options)
}

/** An exit as slip-index does it: claim row first, claim row closed last. */
export const exit = <T>(db: Database, held: Claim, work: (tx: Connection) => Promise<T>): Promise<T | undefined> =>
  db.transaction(async (tx) => {
    if (!(await lockClaim(tx, held))) return undefined
    const answer = await work(tx)
    await closeClaim(tx, held)
    return answer
  })

export const failure = (htid: string, message = 'no METS') => ({
  htid,
  code: 'METS_MISSING',
  class: 'item' as const,
  message,
  detail: '{}',
})

/** All of the claim ends in error. */
export const failClaim = (db: Database, held: Claim) =>
  exit(db, held, (tx) =>
    fail(
      tx,
      held,
      held.items.map(({ htid }) => failure(htid)),
      { worker: held.token, pid: 1, host: 'host-a' },
    ),
  )

/** As if the leases of all claims were over. */
export const expireLeases = (db: Connection) => db.query(`UPDATE slip_claim SET lease_until = ${later(db, -1)}`)

export interface QueueRow {
  htid: string
  state: number
  lane: number
  shard: number
  rev: number
  gen: number
  attempts: number
  strikes: number
  refusals: number
  failed_at: string | null
  unproven: boolean
  fence: number
  action: string
  hold: boolean
  waive: string | null
  available_at: string | null
  claim_token: string | null
}

export async function queueRow(db: Connection, htid: string): Promise<QueueRow | undefined> {
  const [row] = await db.query<QueueRow & Record<string, unknown>>(`SELECT * FROM slip_queue WHERE htid = '${htid}'`)
  return row
}

export async function ledgerRow(db: Connection, htid: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await db.query(`SELECT * FROM slip_indexed WHERE htid = '${htid}'`)
  return row
}

export interface ErrorRow {
  id: number
  code: string
  stage: string
  message: string
  pattern: string
  rev: number
  resolution: string | null
  note: string | null
}

/** All errors of an item, oldest first. */
export const errorsOf = (db: Connection, htid: string) =>
  db.query<ErrorRow & Record<string, unknown>>(`SELECT * FROM slip_errors WHERE htid = '${htid}' ORDER BY id`)

/** SQL of the database clock, some seconds from now: the tests age leases with it. */
export const later = ({ dialect }: Connection, seconds: number): string =>
  dialect === 'postgres'
    ? `clock_timestamp() + interval '${seconds} seconds'`
    : `SYSDATE(6) + INTERVAL ${seconds} SECOND`

const lockWaits = `
  SELECT t.processlist_id AS id FROM performance_schema.data_lock_waits w
  LEFT JOIN performance_schema.threads t ON t.thread_id = w.requesting_thread_id`

/** As a server does by itself after a while: a planner that knows nothing of a table takes it for empty. */
export const analyze = (db: Connection) =>
  db.query(db.dialect === 'postgres' ? 'ANALYZE' : 'ANALYZE TABLE slip_queue, slip_indexed, slip_errors')

const waiting = {
  /** pg_stat_activity stands still within a transaction: ask outside of one. */
  postgres: async (db: Connection) => {
    const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    return (await db.query(sql)).length > 0
  },
  /**
   * innodb_trx is kept for 100 ms after each look and so never changes for one who looks all the time. The status of
   * InnoDB leaves out who only reads on MySQL, which has a table of waits instead.
   */
  mysql: async (db: Connection) => {
    const sql = 'SELECT id AS id, state AS state FROM information_schema.processlist WHERE db = database()'
    const ours = await db.query<{ id: number; state: string | null }>(sql)
    // for a locked table
    if (ours.some(({ state }) => state?.startsWith('Waiting for'))) return true
    const [server] = await db.query<{ version: string }>('SELECT version() AS version')
    if (!server?.version.includes('MariaDB')) {
      const waits = await db.query<{ id: number }>(lockWaits)
      return waits.some((wait) => ours.some(({ id }) => id === wait.id))
    }
    const [status] = await db.query<{ Status: string }>('SHOW ENGINE INNODB STATUS')
    const blocked = (status?.Status ?? '').split('---TRANSACTION').filter((part) => part.includes('LOCK WAIT'))
    return ours.some(({ id }) => blocked.some((part) => part.includes(`thread id ${id},`)))
  },
}

/**
 * Ends the connections that wait for a lock, and resolves once the server has let them go. A statement that was sent is
 * done though its sender was killed meanwhile, unless the server learns of it: this is how it learns.
 */
export async function cutWaiting(db: Connection): Promise<void> {
  if (db.dialect === 'postgres') {
    await db.query(`
      SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`)
    return
  }
  const waits = `SELECT id AS id FROM information_schema.processlist WHERE db = database() AND state LIKE 'Waiting for%'`
  for (const { id } of await db.query<{ id: number }>(waits)) await db.query(`KILL ${id}`)
  while ((await db.query(waits)).length > 0);
}

/** Runs `first` in an open transaction, starts `second` elsewhere until it waits for a lock, then commits. */
export async function race<T>(
  db: Database,
  first: (tx: Connection) => Promise<unknown>,
  second: () => Promise<T>,
): Promise<T> {
  let answer: Promise<T> | undefined
  await db.transaction(async (tx) => {
    await first(tx)
    answer = second()
    answer.catch(() => undefined)
    await untilBlocked(db)
  })
  return answer as Promise<T>
}

/** Resolves once a transaction of this test's database waits for a lock: a race can then be let go. */
export async function untilBlocked(db: Connection): Promise<void> {
  while (!(await waiting[db.dialect](db)));
}
