import { afterAll, beforeAll, expect, test } from 'vitest'
import { SlipError } from '../../src/errors/slip-error.ts'
import type { ItemOutcome } from '../../src/indexer/outcome.ts'
import { settleClaim } from '../../src/indexer/settle.ts'
import { holdItems } from '../../src/state/queue/hold.ts'
import { purgeItems } from '../../src/state/queue/purge.ts'
import { reap, reapOrphans } from '../../src/state/queue/reap.ts'
import { retryErrors, skipErrors } from './error-pages.ts'
import {
  analyze,
  change,
  claimBucket,
  enqueue,
  errorsOf,
  expireLeases,
  indexed,
  openState,
  type State,
  worker,
} from './fixture.ts'

// More items than an IN list of MariaDB may have before it becomes a table, and than one statement of ours takes.
const many = 1_200
const htids = Array.from({ length: many }, (_, n) => `l.${String(n).padStart(5, '0')}`)

let state: State
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
  await change(state.db, htids)
})
afterAll(() => state.close())

const emoji = '🦉'.repeat(5_000)
const context = {
  worker: '00000000-0000-0000-0000-000000000001',
  configDigest: 'c',
  indexer: { attempts: 2, backoff: 60_000, environmentBackoff: 60_000 } as Parameters<typeof settleClaim>[3]['indexer'],
}
const count = async (table: string, where = '1 = 1') => {
  const [row] = await state.db.query<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`)
  return row?.n
}

test('one claim of thousands of items ends in every way at once, with messages of 5,000 emoji cut to whole ones', async () => {
  expect(await enqueue(state.db, htids)).toBe(many)
  await analyze(state.db)
  const held = await claimBucket(state.db, token, { batch: 5_000 })
  expect(held.items).toHaveLength(many)
  const outcomes = held.items.map(({ htid }, n): ItemOutcome => {
    if (n % 4 === 0) return { kind: 'indexed', htid, settled: indexed(htid) }
    if (n % 4 === 3) return { kind: 'returned', htid, fence: 0 }
    const attempts = n % 4
    return { kind: 'failed', htid, error: new SlipError('METS_MISSING', emoji), attempts, unproven: false }
  })
  const quarter = many / 4
  expect(await settleClaim(state.db, held, outcomes, context)).toEqual({
    indexed: quarter,
    deleted: 0,
    errors: quarter,
    delayed: quarter,
    returned: quarter,
    fencedOut: 0,
  })
  expect(await count('slip_claim')).toBe(0)
  expect(await count('slip_queue', 'state = 2 AND attempts = 1')).toBe(quarter)
  expect(await count('slip_queue', 'state = 0 AND attempts = 0')).toBe(quarter)
  expect(await count('slip_indexed', "presence = 'indexed'")).toBe(quarter)
  const [error] = await errorsOf(state.db, htids[2]!)
  expect(error?.message).toBe('🦉'.repeat(4_000))
  expect(error?.pattern).toBe('🦉'.repeat(127))
  const [delayed] = await state.db.query(`SELECT last_error FROM slip_queue WHERE htid = '${htids[1]}'`)
  expect(delayed?.last_error).toBe(`METS_MISSING: ${'🦉'.repeat(986)}`)
})

test('people retry, hold, skip and purge thousands at once', async () => {
  const retried = await state.db.transaction((tx) => retryErrors(tx, {}, { waive: ['page_gap'] }))
  expect(retried.get('main')).toHaveLength(many / 4)
  const skipped = await state.db.transaction((tx) => skipErrors(tx, {}, { person: 'ann', reason: emoji }))
  expect(skipped.get('main')).toHaveLength(many / 4)
  const { held, unknown } = await state.db.transaction((tx) => holdItems(tx, 'main', htids))
  expect([held.length, unknown.length]).toEqual([(many / 4) * 3, many / 4])
  const { purged } = await state.db.transaction((tx) => purgeItems(tx, 'main', htids, { person: 'ann', reason: emoji }))
  expect(purged).toHaveLength((many / 4) * 3)
  expect(await count('slip_queue')).toBe(0)
  expect(await count('slip_errors', "resolution = 'purged'")).toBe((many / 4) * 3)
})

test('a lost claim of thousands is taken back whole, and so are thousands of rows whose claim is gone', async () => {
  await change(state.db, htids, { title: 1 })
  await enqueue(state.db, htids)
  await state.db.query('UPDATE slip_queue SET shard = 1')
  await analyze(state.db)
  await claimBucket(state.db, token, { batch: 5_000, shard: 1 })
  await expireLeases(state.db)
  expect(await state.db.transaction((tx) => reap(tx, 10))).toBe(many)
  await state.db.query('UPDATE slip_queue SET lane = 1, strikes = 3')
  await claimBucket(state.db, token, { batch: 5_000, shard: 1 })
  await state.db.query('DELETE FROM slip_claim')
  expect(await state.db.transaction((tx) => reapOrphans(tx, 10))).toBe(many)
  expect(await count('slip_errors', "code = 'LEASE_LOST' AND resolved_at IS NULL")).toBe(many)
  expect(await count('slip_recheck')).toBe(many)
  expect(await count('slip_queue')).toBe(0)
})

test('orphans of two targets and two tokens are taken back, what has a claim is not', async () => {
  const ids = ['o.1', 'o.2', 'o.3']
  await change(state.db, ids)
  await enqueue(state.db, ids)
  await state.db.query(
    `INSERT INTO slip_target (name, engine, schema_version, shards, lease_ms, overlap_ms)
     SELECT 'other', engine, schema_version, shards, lease_ms, overlap_ms FROM slip_target WHERE name = 'main'`,
  )
  const [first, second] = [await claimBucket(state.db, token, { batch: 1 }), await claimBucket(state.db, token)]
  await state.db.query(`UPDATE slip_queue SET target = 'other' WHERE htid = 'o.3'`)
  await state.db.query(`DELETE FROM slip_claim WHERE token = '${second.token}'`)
  expect(await state.db.transaction((tx) => reapOrphans(tx, 10))).toBe(2)
  expect(await state.db.query('SELECT target, htid, state FROM slip_queue ORDER BY htid')).toEqual([
    { target: 'main', htid: 'o.1', state: 1 },
    { target: 'main', htid: 'o.2', state: 0 },
    { target: 'other', htid: 'o.3', state: 0 },
  ])
  expect(await count('slip_claim', `token = '${first.token}'`)).toBe(1)
})
