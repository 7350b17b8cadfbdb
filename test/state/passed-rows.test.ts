import { expect, test } from 'vitest'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Claimer } from '../../src/indexer/claimer.ts'
import type { Database } from '../../src/state/connection.ts'
import { type Claim, claim } from '../../src/state/queue/claim.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { change, claimItem, enqueue, queueRow, settleAll } from './fixture.ts'
import { heldUp } from './held-up.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

// A claim sees the queue as it was when it began, and locks rows as they are: one that was changed in between it may leave.

const newRevision = (htid: string, title: number) => async (db: Database) => {
  await change(db, [htid], { title })
  await enqueue(db, [htid])
}

const claimFrom = (fromSeq: number) =>
  other.transaction((tx) =>
    claim(tx, {
      bucket: { target: 'main', lane: 1, shard: 0 },
      worker: token,
      pid: 1,
      host: 'host-a',
      batch: 2,
      draw: 1,
      fromSeq,
    }),
  )

test('a row requested anew while a claim began is claimed as it is now, by this claim or the next from its bound', async () => {
  await change(state.db, ['a.1', 'a.2'])
  await enqueue(state.db, ['a.1', 'a.2'])
  const first = await heldUp(() => claimFrom(0), newRevision('a.1', 1))
  expect(first.items.length + first.passed).toBe(2)
  expect(await queueRow(state.db, 'a.2')).toMatchObject({ state: 1 })
  const next = await claimFrom(first.lastSeq)
  const items = [...first.items, ...next.items]
  expect(items.map(({ htid, rev, attempts }) => ({ htid, rev, attempts }))).toEqual(
    expect.arrayContaining([
      { htid: 'a.1', rev: 2, attempts: 1 },
      { htid: 'a.2', rev: 1, attempts: 1 },
    ]),
  )
  expect(items).toHaveLength(2)
  for (const held of [first, next]) await settleAll(state.db, held)
  expect(await queueRow(state.db, 'a.1')).toBeUndefined()
})

test('a worker whose only row was requested anew while its claim began claims it all the same', async () => {
  const target = { name: 'main', engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap: 60_000 }
  const claimer = new Claimer(other, token, target, { batch: 2, shares: { daily: 5, ops: 2, bulk: 1 } })
  await settleAll(state.db, await claimItem(state.db, token, 'b.1', { draw: 1 }))
  await newRevision('b.1', 1)(state.db)
  // but one bucket is looked into, so that it is this claim that is held up
  await state.db.query(
    `INSERT INTO slip_control (scope, name) VALUES ('lane', 'alone'), ('lane', 'ops'), ('lane', 'bulk')`,
  )
  const pauses = await Pauses.read(state.db)
  await state.db.query('DELETE FROM slip_control')
  const open = { suspended: () => false, busy: () => false, uncompared: new Set<number>(), deletesOnly: false, only: 1 }
  const held = await heldUp(
    () => claimer.next(pauses, open),
    (db) => db.transaction((tx) => requestItems(tx, 'main', ['b.1'], { lane: 'daily', reason: 'request' })),
  )
  expect(held?.items).toMatchObject([{ htid: 'b.1', rev: 2 }])
  expect(await queueRow(state.db, 'b.1')).toMatchObject({ state: 1, gen: 2 })
  await settleAll(state.db, held!)
})

test('a row whose true bucket is another, and which is requested anew while a claim began, gets there with the request', async () => {
  await change(state.db, ['c.1'])
  await enqueue(state.db, ['c.1'])
  const before = await claimFrom(0)
  await settleAll(state.db, before)
  await change(state.db, ['c.1'], { title: 1 })
  await enqueue(state.db, ['c.1'])
  await state.db.query(`UPDATE slip_queue SET shard = 0 WHERE htid = 'c.1'`)
  await state.db.query(`UPDATE slip_indexed SET shard = 2 WHERE htid = 'c.1'`)
  const first = await heldUp(() => claimFrom(0), newRevision('c.1', 2))
  expect([first.items, first.passed]).toEqual([[], 1])
  await claimFrom(first.lastSeq)
  expect(await queueRow(state.db, 'c.1')).toMatchObject({ state: 0, shard: 2, rev: 3 })
})

test('a claim of an empty bucket is bounded by its time: what is enqueued later lies above', async () => {
  const empty = await claimFrom(0)
  expect(empty).toMatchObject({ items: [], passed: 0 })
  await newRevision('later.1', 0)(state.db)
  const above = await claimFrom(empty.lastSeq)
  expect(above.items).toMatchObject([{ htid: 'later.1' }])
  await settleAll(state.db, above)
})

test('what was enqueued before a claim found nothing, and committed after it, lies above the bound of that claim', async () => {
  await change(state.db, ['late.1'])
  let empty: Claim | undefined
  await state.db.transaction(async (tx) => {
    await requestItems(tx, 'main', ['late.1'], { lane: 'daily', reason: 'request' })
    empty = await claimFrom(0)
  })
  expect(empty).toMatchObject({ items: [], passed: 0 })
  const next = await claimFrom(empty!.lastSeq)
  expect(next.items).toMatchObject([{ htid: 'late.1' }])
  await settleAll(state.db, next)
})

test('below the bound of a claim that found nothing lies what is long past, as the entries of what was claimed then', async () => {
  const empty = await claimFrom(0)
  await newRevision('past.1', 0)(state.db)
  await state.db.query(`UPDATE slip_queue SET seq = seq - 60000000 WHERE htid = 'past.1'`)
  expect((await claimFrom(empty.lastSeq)).items).toEqual([])
  const all = await claimFrom(0)
  expect(all.items).toMatchObject([{ htid: 'past.1' }])
  await settleAll(state.db, all)
})
