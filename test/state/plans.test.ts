import { afterAll, beforeAll, expect, test } from 'vitest'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Claimer } from '../../src/indexer/claimer.ts'
import { readIndexedInputs, readLedgerPage } from '../../src/state/audit/indexed-inputs.ts'
import { statusQueries } from '../../src/state/audit/status.ts'
import { sweepFrom } from '../../src/state/audit/sweep.ts'
import type { Connection, Database } from '../../src/state/connection.ts'
import { deleteRemnants } from '../../src/state/control/remnants.ts'
import { writeWatermark } from '../../src/state/control/watermark.ts'
import { claim } from '../../src/state/queue/claim.ts'
import { claimAlong } from '../../src/state/queue/claim-along.ts'
import { enqueueChanged, requestItems } from '../../src/state/queue/enqueue.ts'
import { lockClaim, lockRows } from '../../src/state/queue/exit.ts'
import { followPage, startPass } from '../../src/state/queue/follow.ts'
import { hasten } from '../../src/state/queue/hasten.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { dueQuestions } from '../../src/state/queue/recheck.ts'
import { renew } from '../../src/state/queue/renew.ts'
import { settleWhole } from '../../src/state/queue/settle-whole.ts'
import { readFingerprintPage, readFingerprints, writeFingerprints } from '../../src/state/rights/files-fingerprints.ts'
import { readIndexedFiles } from '../../src/state/rights/indexed-files.ts'
import { upsertRights } from '../../src/state/rights/upsert-rights.ts'
import { change, enqueue, indexed, later, openState, type State, settleInside, worker } from './fixture.ts'
import { type Plan, plansOf } from './plan-of.ts'
import { recorded, type Statement } from './recorded.ts'
import { rowLocks } from './row-locks.ts'
import { rowsRead } from './rows-read.ts'

// 100,000 items, of which each has a rights row, a ledger row and a queue row; a tenth of the queue is delayed.

const batch = 20
/** Of such a table no larger a part than a page of thousands is of twenty million rows. */
const page = 50
const tables = ['slip_rights', 'slip_queue', 'slip_indexed', 'slip_errors', 'slip_recheck']

const digit =
  '(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)'
const numbers = `(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS n
  FROM ${digit} a CROSS JOIN ${digit} b CROSS JOIN ${digit} c CROSS JOIN ${digit} d CROSS JOIN ${digit} e) numbers`
const htid = `CONCAT('p.', LPAD(CONCAT(n), 6, '0'))`
const digest = `LPAD(CONCAT(n), 32, '0')`
const htidOf = (n: number) => `p.${String(n).padStart(6, '0')}`
const some = Array.from({ length: batch }, (_, at) => htidOf(at * 4_999))

let state: State
/** Nothing is in it any more, and the server knows. */
let empty: State
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
  await fill(state.db)
  empty = await openState()
  await change(empty.db, ['a.1'])
  await enqueue(empty.db, ['a.1'])
  for (const table of tables) await empty.db.change(`DELETE FROM ${table}`)
  await analyze(empty.db)
}, 120_000)
afterAll(async () => {
  await state.close()
  await empty.close()
})

async function fill(db: Connection) {
  const now = later(db, 0)
  await db.change(
    `INSERT INTO slip_rights (htid, attr, digest, rev, insert_time) SELECT ${htid}, 1, ${digest}, 2, ${now} FROM ${numbers}`,
  )
  await db.change(
    `INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, digest, time)
     SELECT 'main', ${htid}, 1 + MOD(n, 2), 1, 1, 'indexed', ${digest}, ${now} FROM ${numbers}`,
  )
  await db.change(
    `INSERT INTO slip_queue (target, htid, seq, lane, state, action, shard, rev, enqueued_at, reason, available_at)
     SELECT 'main', ${htid}, n, 1, CASE WHEN MOD(n, 10) = 9 THEN 2 ELSE 0 END, 'index', 1 + MOD(n, 2), 2, ${now}, 'test',
            CASE WHEN MOD(n, 10) = 9 THEN ${later(db, 3_600)} END FROM ${numbers}`,
  )
  await db.change(
    `INSERT INTO slip_errors (target, htid, rev, stage, code, class, message, error_time)
     SELECT 'main', ${htid}, 1, 'index', 'METS_MISSING', 'item', 'gone', ${now} FROM ${numbers}`,
  )
  await db.change(
    `INSERT INTO slip_recheck (target, htid, due_at) SELECT 'main', ${htid}, ${later(db, 3_600)} FROM ${numbers}`,
  )
  await analyze(db)
}

async function analyze(db: Connection) {
  const analyzed = db.dialect === 'postgres' ? 'VACUUM ANALYZE' : 'ANALYZE TABLE'
  for (const table of tables) await db.query(`${analyzed} ${table}`)
}

class Undo extends Error {}

/** Runs a transition in a transaction that is rolled back, each statement explained before; a plan for each. */
async function plansIn(work: (tx: Connection) => Promise<unknown>): Promise<(Plan & Statement)[]> {
  const plans: (Plan & Statement)[] = []
  await undone(async (tx) => {
    const explain = async (statement: Statement) => {
      if (statement.values.length === 0) return
      for (const plan of await plansOf(tx, statement)) plans.push({ ...plan, ...statement })
    }
    await work(recorded(tx, { onStatement: explain }))
  })
  return plans
}

async function undone(work: (tx: Connection) => Promise<unknown>): Promise<void> {
  await state.db
    .transaction(async (tx) => {
      await work(tx)
      throw new Undo()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error
    })
}

const claimSome = (tx: Connection, size = batch) =>
  claim(tx, {
    bucket: { target: 'main', lane: 1, shard: 1 },
    worker: token,
    pid: 1,
    host: 'host-a',
    batch: size,
    draw: 1,
    fromSeq: 0,
  })

const options = { lane: 'daily', reason: 'test' } as const

/** Each with the indexes one of its plans must use: PostgreSQL's names; on MySQL a primary key is PRIMARY. */
const transitions: [string, (tx: Connection) => Promise<unknown>, string[]][] = [
  ['a claim', (tx) => claimSome(tx), ['slip_queue_ready', 'slip_indexed_pkey', 'slip_queue_place']],
  ['a claim along with another', (tx) => alongSome(tx), ['slip_queue_pkey', 'slip_indexed_pkey', 'slip_queue_place']],
  ['a page of the watermark', (tx) => pass(tx), ['slip_rights_insert_time', 'slip_queue_pkey', 'slip_indexed_pkey']],
  ['a page of the sweep', (tx) => sweepFrom(tx, 'main', htidOf(50_000), page), ['slip_rights_pkey', 'slip_queue_pkey']],
  ['an enqueue', (tx) => enqueueChanged(tx, 'main', some, options), ['slip_rights_pkey', 'slip_queue_pkey']],
  ['a request', (tx) => requestItems(tx, 'main', some, options), ['slip_rights_pkey', 'slip_indexed_pkey']],
  ['the mover', (tx) => moveDue(tx, page), ['slip_queue_delayed']],
  ['the end of a storm', (tx) => endStorm(tx), ['slip_queue_delayed', 'slip_queue_pkey']],
  ['the reaper', (tx) => expiredReap(tx), ['slip_claim_pkey', 'slip_queue_pkey']],
  ['the lock of several exits', (tx) => lockSome(tx), ['slip_queue_pkey']],
  ['a settle', (tx) => settleSome(tx), ['slip_queue_place', 'slip_indexed_pkey', 'slip_errors_unresolved']],
  ['a renewal', (tx) => claimSome(tx).then((held) => renew(tx, [held.token])), []],
  ['the read of what is due for recheck', (tx) => dueQuestions(tx, 'main', page), ['slip_recheck_due']],
  ['the look for rows of targets that are gone', (tx) => goneRemnants(tx), ['slip_queue_pkey']],
  ['a page of the files of items', (tx) => filesPage(tx), ['slip_rights_pkey', 'slip_indexed_pkey']],
  ['a page of the inputs of documents', (tx) => inputsPage(tx), ['slip_indexed_pkey', 'slip_rights_pkey']],
  [
    'a rights block',
    (tx) =>
      upsertRights(
        tx,
        some.map((id) => ({ htid: id, apply: () => null })),
      ),
    ['slip_rights_pkey'],
  ],
]

async function filesPage(tx: Connection) {
  const htids = [...(await readFingerprintPage(tx, htidOf(50_000), page)).keys()]
  expect(htids).toHaveLength(page)
  await readFingerprints(tx, htids, 'lock')
  expect((await readIndexedFiles(tx, htids)).size).toBe(page)
  await writeFingerprints(tx, new Map(htids.map((htid) => [htid, '.'])))
}

async function inputsPage(tx: Connection) {
  const htids = await readLedgerPage(tx, 'main', htidOf(50_000), page)
  expect(htids).toHaveLength(page)
  await readIndexedInputs(tx, 'main', htids)
}

async function alongSome(tx: Connection) {
  const open = [1, 2].map((shard) => ({ lane: 1, shard }))
  const claims = await claimAlong(tx, { target: 'main', htids: some, worker: token, pid: 1, host: 'h', open, draw: 1 })
  expect(claims.flatMap(({ items }) => items).length).toBeGreaterThan(batch / 2)
}

async function pass(tx: Connection) {
  return followPage(tx, await startPass(tx, 'main', 60_000), page)
}

async function expiredReap(tx: Connection) {
  await claimSome(tx)
  await tx.change(`UPDATE slip_claim SET lease_until = ${later(tx, -1)}`)
  return reap(tx, 10)
}

async function endStorm(tx: Connection) {
  await tx.change(`UPDATE slip_queue SET last_error = 'STORM_BRAKE: x' WHERE target = 'main' AND htid = '${htidOf(9)}'`)
  return hasten(tx, { target: 'main', shard: null, code: 'STORM_BRAKE' })
}

async function goneRemnants(tx: Connection) {
  for (const table of ['slip_shard', 'slip_target']) await tx.change(`DELETE FROM ${table}`)
  return deleteRemnants(tx, page)
}

async function lockSome(tx: Connection) {
  const held = await claimSome(tx)
  await lockClaim(tx, held)
  await lockRows(
    tx,
    [held],
    held.items.map((item) => item.htid),
  )
}

async function settleSome(tx: Connection, size = batch) {
  const held = await claimSome(tx, size)
  const settled = held.items.map((item) => indexed(item.htid))
  if (tx.dialect === 'mysql') return settleInside(tx, held, settled)
  return settleWhole(tx, held, settled, { codeVersion: '0.1.0', schemaVersion: 1, configDigest: 'c', host: 'host-a' })
}

test.each(transitions)('%s reads tables of 100,000 rows by an index, and sorts none', async (_, work, indexes) => {
  const plans = await plansIn(work)
  expect(plans.length).toBeGreaterThan(0)
  for (const plan of plans) expectNoScan(plan)
  const used = plans.flatMap((plan) => plan.indexes)
  const named =
    state.db.dialect === 'postgres' ? indexes : indexes.map((name) => name.replace(/.*_(pkey|place)$/, 'PRIMARY'))
  expect(used).toEqual(expect.arrayContaining(named))
})

test.each(transitions)('%s does so by the plan that is made while the tables are empty', async (_, work) => {
  for (const statement of await plansIn(work)) {
    for (const plan of await plansOf(empty.db, statement)) expectNoScan({ ...plan, ...statement })
  }
})

function expectNoScan({ sql, scanned, sorts }: Plan & Statement): void {
  const ofOurs = scanned.filter((table) => tables.includes(table))
  expect({ sql, scanned: ofOurs, sorts }).toEqual({ sql, scanned: [], sorts: false })
}

test('how far a target is behind is told without reading all rights', async () => {
  // the queue is counted whole, beside the ledger rows of its items
  const { db } = state
  const [unread] = /\(SELECT count\(\*\) FROM slip_rights.*?AS unread/s.exec(statusQueries[db.dialect].lag) ?? []
  const sql = `SELECT ${unread} FROM slip_target t LEFT JOIN slip_watermark w ON w.stage = 'enqueue' AND w.name = t.name`
  await writeWatermark(
    db,
    'enqueue',
    'main',
    (await db.query<{ now: string }>(`SELECT ${later(db, 0)} AS now`))[0]!.now,
    true,
  )
  const [plan] = await plansOf(db, { sql, values: [] })
  expect(plan?.scanned.filter((table) => /^(slip_rights|r|slip_indexed|l)$/.test(table))).toEqual([])
  expect(plan?.indexes).toContain('slip_rights_insert_time')
})

test('a claim locks of rows and index entries at most twice its batch', async () => {
  if (state.db.dialect === 'postgres') await state.db.query('CREATE EXTENSION IF NOT EXISTS pgrowlocks')
  await undone(async (tx) => {
    const held = await claimSome(tx, 100)
    expect(held.items).toHaveLength(100)
    const locks = await rowLocks(tx)
    expect(locks).toBeGreaterThanOrEqual(100)
    // the row of the worker is one of MariaDB's
    expect(locks).toBeLessThanOrEqual(201)
  })
})

test('of a shard that is suspended claims read and lock no row, however many are queued for it', async () => {
  const target = { name: 'main', engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap: 60_000 }
  const others = { suspended: (shard: number) => shard === 1, busy: () => false, uncompared: new Set<number>() }
  await undone(async (tx) => {
    const db: Database = {
      ...recorded(tx, { onStatement: () => {} }),
      transaction: (work) => work(tx),
      statement: (work) => work(tx),
      close: async () => {},
    }
    const claimer = new Claimer(db, token, target, { batch, shares: { daily: 5, ops: 2, bulk: 1 } })
    const before = await rowsRead(tx)
    const claimed = await claimer.next(await Pauses.read(tx), { ...others, deletesOnly: false })
    expect(claimed?.items.map(({ shard }) => shard)).toEqual(Array(batch).fill(2))
    const read = (await rowsRead(tx)) - before
    expect(read).toBeLessThan(10 * batch)
    const queued = `SELECT htid FROM slip_queue WHERE state = 0 AND target = 'main' AND lane = 1 AND shard = 1`
    const free = await state.db.transaction((other) => other.query(`${queued} FOR UPDATE SKIP LOCKED`))
    expect(free).toHaveLength(50_000)
  })
})

test('a claim of thousands is planned once and for all, as far as the database keeps plans', async () => {
  if (state.db.dialect === 'mysql') return
  await undone(async (tx) => {
    for (let n = 0; n < 8; n++) await claimSome(tx, 2_000)
    const kept = `SELECT generic_plans AS kept FROM pg_prepared_statements WHERE statement LIKE '%LIMIT 2000 FOR UPDATE SKIP%'`
    // the first five are planned each by itself
    expect(await tx.query(kept)).toEqual([{ kept: 3 }])
  })
})

test('what leaves a claim is found one by one as it is named, in id order, by every plan there is', async () => {
  if (state.db.dialect === 'mysql') return
  const fresh = await openState()
  const plans = (await plansIn((tx) => settleSome(tx, 500))).filter(({ sql }) => sql.includes('DELETE FROM slip_queue'))
  expect(plans).not.toEqual([])
  for (const { sql, values } of plans) {
    for (const { db } of [state, empty, fresh]) {
      for (const { deletes } of await plansOf(db, { sql, values })) {
        expect(deletes.slip_queue).toEqual(['Nested Loop', 'Function Scan', 'Tid Scan'])
      }
    }
  }
  await fresh.close()
})
