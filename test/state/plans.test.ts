import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Claimer } from '../../src/indexer/claimer.ts'
import { statusQueries } from '../../src/state/audit/status.ts'
import type { Connection, Database } from '../../src/state/connection.ts'
import { writeWatermark } from '../../src/state/control/watermark.ts'
import { fill, filledTables, undone, vacuum } from './filled.ts'
import { change, enqueue, later, openState, type State, worker } from './fixture.ts'
import { type Plan, plansOf } from './plan-of.ts'
import { recorded, type Statement } from './recorded.ts'
import { rowLocks } from './row-locks.ts'
import { rowsRead } from './rows-read.ts'
import { claimSome, pagesOf, settleSome, transitionsOf } from './transitions.ts'

// 100,000 items of `fill`, in tables the server has looked over.

const batch = 20
const sizes = { token: () => token, batch, page: 50, items: 100_000 }
const transitions = [...transitionsOf(sizes), ...pagesOf(sizes)]

const isPostgres = inject('stateServer') === 'postgres'

let state: State
/** Nothing is in it any more, and the server knows. */
let empty: State
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
  await fill(state.db, 100_000)
  await vacuum(state.db)
  empty = await openState()
  await change(empty.db, ['a.1'])
  await enqueue(empty.db, ['a.1'])
  for (const table of filledTables) await empty.db.change(`DELETE FROM ${table}`)
  await vacuum(empty.db)
}, 120_000)
afterAll(async () => {
  await state.close()
  await empty.close()
})

/** Runs a transition in a transaction that is rolled back, each statement explained before; a plan for each. */
async function plansIn(work: (tx: Connection) => Promise<unknown>): Promise<(Plan & Statement)[]> {
  const plans: (Plan & Statement)[] = []
  await undone(state.db, async (tx) => {
    const explain = async (statement: Statement) => {
      if (statement.values.length === 0) return
      for (const plan of await plansOf(tx, statement)) plans.push({ ...plan, ...statement })
    }
    await work(recorded(tx, { onStatement: explain }))
  })
  return plans
}

test.each(transitions)('%s reads tables of 100,000 rows by an index, and sorts none', async (_, work, indexes = []) => {
  const plans = await plansIn(work)
  expect(plans.length).toBeGreaterThan(0)
  for (const plan of plans) expectNoScan(plan)
  const used = plans.flatMap((plan) => plan.indexes)
  const named =
    state.db.dialect === 'postgres'
      ? indexes
      : indexes.map((name) => name.replace(/.*_(pkey|place)$/, 'PRIMARY').replace('errors_item', 'errors_unresolved'))
  expect(used).toEqual(expect.arrayContaining(named))
})

test.each(transitions)('%s does so by the plan that is made while the tables are empty', async (_, work) => {
  for (const statement of await plansIn(work)) {
    for (const plan of await plansOf(empty.db, statement)) expectNoScan({ ...plan, ...statement })
  }
})

function expectNoScan({ sql, scanned, sorts }: Plan & Statement): void {
  const ofOurs = scanned.filter((table) => filledTables.includes(table))
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
  await undone(state.db, async (tx) => {
    const held = await claimSome(tx, { token: () => token, batch: 100 })
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
  await undone(state.db, async (tx) => {
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

if (isPostgres)
  test('a claim of thousands is planned once and for all, as far as the database keeps plans', async () => {
    await undone(state.db, async (tx) => {
      for (let n = 0; n < 8; n++) await claimSome(tx, { token: () => token, batch: 2_000 })
      const kept = `SELECT generic_plans AS kept FROM pg_prepared_statements WHERE statement LIKE '%LIMIT 2000 FOR UPDATE SKIP%'`
      // the first five are planned each by itself
      expect(await tx.query(kept)).toEqual([{ kept: 3 }])
    })
  })

if (isPostgres)
  test('what leaves a claim is found one by one as it is named, in id order, by every plan there is', async () => {
    const fresh = await openState()
    const plans = (await plansIn((tx) => settleSome(tx, { token: () => token, batch: 500 }))).filter(({ sql }) =>
      sql.includes('DELETE FROM slip_queue'),
    )
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
