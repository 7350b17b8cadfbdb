import { afterEach, expect, test } from 'vitest'
import type { Connection, Database } from '../../src/state/connection.ts'
import { type AlongRequest, claimAlong } from '../../src/state/queue/claim-along.ts'
import { enqueueChanged } from '../../src/state/queue/enqueue.ts'
import { holdItems } from '../../src/state/queue/hold.ts'
import {
  change,
  claimBucket,
  claimInside,
  enqueue,
  indexed,
  later,
  ledgerRow,
  queueRow,
  settleAll,
  settleInside,
  untilBlocked,
  worker,
} from './fixture.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

const tables = ['slip_claim', 'slip_queue', 'slip_indexed']
afterEach(async () => {
  for (const table of tables) await state.db.query(`DELETE FROM ${table}`)
})

/** Every bucket but those of lane 0, and draw 1. */
const open = [1, 2, 3].flatMap((lane) => [1, 2].map((shard) => ({ lane, shard })))
const request = (htids: readonly string[], part: Partial<AlongRequest> = {}): AlongRequest => ({
  ...{ target: 'main', htids, worker: token, pid: 1, host: 'host-a', open, draw: 1 },
  ...part,
})
const along = (htids: readonly string[], part: Partial<AlongRequest> = {}, db: Database = state.db) =>
  db.transaction((tx) => claimAlong(tx, request(htids, part)))

async function queued(...htids: string[]) {
  await change(state.db, htids)
  await enqueue(state.db, htids)
}

const set = (htid: string, columns: string) => state.db.query(`UPDATE slip_queue SET ${columns} WHERE htid = '${htid}'`)
const inLedger = (htid: string, shard: number, fence = 7) =>
  state.db.query(
    `INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, digest, time)
     VALUES ('main', '${htid}', ${shard}, 1, ${fence}, 'indexed', '${'0'.repeat(32)}', ${later(state.db, 0)})`,
  )

test('what is ready of the items is claimed, each lane and shard by itself, as from its bucket', async () => {
  await queued('a.1', 'a.2', 'a.3', 'a.4')
  await set('a.2', 'shard = 2')
  await set('a.3', 'lane = 3')
  const claims = await along(['a.4', 'a.3', 'a.2', 'a.1', 'a.0'])
  const found = claims.map(({ lane, items }) => [lane, items.map(({ htid, shard }) => `${htid} ${shard}`)])
  expect(found.sort()).toEqual([
    [1, ['a.1 1', 'a.4 1']],
    [1, ['a.2 2']],
    [3, ['a.3 1']],
  ])
  for (const { token, lane, fence, items } of claims) {
    const [row] = await state.db.query(
      `SELECT lane, shard, htids FROM slip_claim WHERE token = '${token}' AND lease_until > ${later(state.db, 50)}`,
    )
    expect(row).toMatchObject({ lane, shard: items[0]?.shard })
    const htids = typeof row?.htids === 'string' ? JSON.parse(row.htids) : row?.htids
    expect(htids.sort()).toEqual(items.map(({ htid }) => htid))
    for (const { htid } of items)
      expect(await queueRow(state.db, htid)).toMatchObject({ state: 1, claim_token: token, attempts: 1, fence })
  }
  for (const held of claims) expect((await settleAll(state.db, held)).size).toBe(held.items.length)
  expect(await state.db.query('SELECT 1 FROM slip_claim')).toEqual([])
  expect(await ledgerRow(state.db, 'a.2')).toMatchObject({ shard: 2, rev: 1, presence: 'indexed' })
})

test('its fence is above every fence known of its rows, whatever the clock says', async () => {
  await queued('f.1', 'f.2')
  await set('f.1', 'shard = 1')
  await inLedger('f.1', 1, 9_000_000_000_000_000)
  const claims = await along(['f.1', 'f.2'])
  expect(claims.map(({ fence }) => fence)).toEqual([9_000_000_000_000_001])
})

test('what must not be taken stays as it is: held, delayed, in lane 0, a delete, waived, in a bucket that is not open', async () => {
  const all = [
    'b.held',
    'b.delayed',
    'b.alone',
    'b.delete',
    'b.waived',
    'b.astray',
    'b.shut',
    'b.bulk',
    'b.once-waived',
  ]
  await queued(...all)
  await set('b.held', 'state = 3, hold = true')
  await set('b.delayed', `state = 2, available_at = ${later(state.db, 60)}`)
  await set('b.alone', 'lane = 0')
  await set('b.delete', `action = 'delete'`)
  await set('b.waived', `waive = 'page_gap'`)
  await inLedger('b.once-waived', 1)
  await state.db.query(`UPDATE slip_indexed SET waived = 'page_gap' WHERE htid = 'b.once-waived'`)
  await inLedger('b.astray', 2)
  await set('b.astray', 'shard = 1')
  await set('b.shut', 'shard = 2')
  await set('b.bulk', 'lane = 3')
  const before = await state.db.query('SELECT * FROM slip_queue ORDER BY htid')
  const ofShard1 = open.filter(({ lane, shard }) => lane < 3 && shard === 1)
  expect(await along(all, { open: ofShard1 })).toEqual([])
  expect(await state.db.query('SELECT * FROM slip_queue ORDER BY htid')).toEqual(before)
  expect(await state.db.query('SELECT 1 FROM slip_claim')).toEqual([])
})

test('without a draw a new item stays, and one whose shard is known is claimed', async () => {
  await queued('n.1', 'n.2')
  await set('n.2', 'shard = 2')
  expect((await along(['n.1', 'n.2'], { draw: 0 })).map(({ items }) => items.map(({ htid }) => htid))).toEqual([
    ['n.2'],
  ])
  expect(await queueRow(state.db, 'n.1')).toMatchObject({ state: 0, shard: 0, attempts: 0 })
})

test('an expired worker takes nothing', async () => {
  const expired = await worker(state.db)
  await state.db.query(`UPDATE slip_worker SET expired_at = ${later(state.db, 0)} WHERE token = '${expired}'`)
  await queued('e.1')
  expect(await along(['e.1'], { worker: expired })).toEqual([])
})

/** Runs `work` beside a transaction that has done `first` and is still open. */
async function beside<T>(first: (tx: Connection) => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  return state.db.transaction(async (tx) => {
    await first(tx)
    return work()
  })
}

const inOther = (htids: string[]) => along(htids, {}, other)

test('a row that another claim is about to take is not waited for', async () => {
  await queued('r.1', 'r.2')
  const claims = await beside(
    (tx) => claimInside(tx, token, { batch: 1 }),
    () => inOther(['r.1', 'r.2']),
  )
  expect(claims.flatMap(({ items }) => items.map(({ htid }) => htid))).toEqual(['r.2'])
})

test('a claim of the bucket passes by what is about to be taken along', async () => {
  await queued('r.1', 'r.2')
  const held = await beside(
    (tx) => claimAlong(tx, request(['r.1'])),
    () => claimBucket(other, token),
  )
  expect(held.items.map(({ htid }) => htid)).toEqual(['r.2'])
})

test('a row that is being held by a person, requested anew, or settled is not waited for', async () => {
  await queued('p.1', 'p.2', 'p.3')
  const settling = await along(['p.3'])
  await change(state.db, ['p.2'], { title: 1 })
  const claims = await beside(
    async (tx) => {
      await holdItems(tx, 'main', ['p.1'])
      await enqueueChanged(tx, 'main', ['p.2'], { lane: 'daily', reason: 'test' })
      await settleInside(tx, settling[0]!, [indexed('p.3')])
    },
    () => inOther(['p.1', 'p.2', 'p.3']),
  )
  expect(claims).toEqual([])
  expect(await queueRow(state.db, 'p.1')).toMatchObject({ state: 3, attempts: 0 })
  const [served] = await inOther(['p.1', 'p.2', 'p.3'])
  expect(served?.items).toMatchObject([{ htid: 'p.2', rev: 2, attempts: 1 }])
})

test('a row that is requested anew between the beginning of the claim and its lock is claimed as it is now, or left', async () => {
  await queued('s.1', 's.2')
  const third = await state.another()
  let claiming: ReturnType<typeof along> | undefined
  await state.db.transaction(async (tx) => {
    await tx.query(`SELECT 1 FROM slip_worker WHERE token = '${token}' FOR UPDATE`)
    claiming = inOther(['s.1', 's.2'])
    claiming.catch(() => undefined)
    await untilBlocked(state.db)
    await change(third, ['s.1'], { title: 1 })
    await enqueue(third, ['s.1'])
  })
  const items = (await claiming)?.flatMap((claim) => claim.items) ?? []
  expect(items.map(({ htid }) => htid)).toContain('s.2')
  const row = await queueRow(state.db, 's.1')
  const taken = items.find(({ htid }) => htid === 's.1')
  expect(row).toMatchObject(taken === undefined ? { state: 0, rev: 2, attempts: 0 } : { state: 1, rev: 2, attempts: 1 })
  if (taken !== undefined) expect(taken.rev).toBe(2)
})

test('a request that comes during the claim is served after it', async () => {
  await queued('g.1')
  const [held] = await along(['g.1'])
  await change(state.db, ['g.1'], { title: 1 })
  await enqueue(state.db, ['g.1'])
  await settleAll(state.db, held!)
  expect(await ledgerRow(state.db, 'g.1')).toMatchObject({ rev: 1, shard: 1 })
  expect(await queueRow(state.db, 'g.1')).toMatchObject({ state: 0, rev: 2, claim_token: null })
})
