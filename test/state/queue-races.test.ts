import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { enqueueChanged, requestItems } from '../../src/state/queue/enqueue.ts'
import { closeClaim, lockClaim } from '../../src/state/queue/exit.ts'
import { fail } from '../../src/state/queue/fail.ts'
import { followPage, startPass } from '../../src/state/queue/follow.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { renew } from '../../src/state/queue/renew.ts'
import { merge, upsertRights } from '../../src/state/rights/upsert-rights.ts'
import {
  change,
  claimBucket,
  claimItem,
  digestOf,
  enqueue,
  expireLeases,
  indexed,
  later,
  ledgerRow,
  queueRow,
  race,
  settleAll,
  settleInside,
  worker,
} from './fixture.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

const claimed = (htid: string, draw = 1) => claimItem(state.db, token, htid, { draw })

test('a settle that commits while an enqueue of a new revision waits loses neither', async () => {
  const held = await claimed('a.1', 2)
  await change(state.db, ['a.1'], { title: 1 })
  await race(
    state.db,
    (tx) => settleInside(tx, held, [indexed('a.1')]),
    () => other.transaction((tx) => enqueueChanged(tx, 'main', ['a.1'], { lane: 'daily', reason: 'test' })),
  )
  expect(await ledgerRow(state.db, 'a.1')).toMatchObject({ rev: 1, shard: 2 })
  expect(await queueRow(state.db, 'a.1')).toMatchObject({ state: 0, rev: 2 })
  // the waiting enqueue read the ledger before the settle: its shard is a stale hint, corrected by the claim
  const first = await claimBucket(state.db, token, { shard: (await queueRow(state.db, 'a.1'))?.shard ?? 0, draw: 1 })
  const second = first.items.length > 0 ? first : await claimBucket(state.db, token, { shard: 2 })
  expect(second.items).toMatchObject([{ htid: 'a.1', shard: 2, rev: 2 }])
  await settleAll(state.db, second)
})

test('an enqueue that commits while a settle of the old revision waits makes the row ready again', async () => {
  const held = await claimed('a.2')
  await change(state.db, ['a.2'], { title: 1 })
  const settled = await race(
    state.db,
    (tx) => enqueueChanged(tx, 'main', ['a.2'], { lane: 'daily', reason: 'test' }),
    () => other.transaction((tx) => settleInside(tx, held, [indexed('a.2')])),
  )
  expect([...settled]).toEqual(['a.2'])
  expect(await ledgerRow(state.db, 'a.2')).toMatchObject({ rev: 1 })
  expect(await queueRow(state.db, 'a.2')).toMatchObject({ state: 0, rev: 2, claim_token: null })
  await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
})

test('a request of the same revision that commits while a settle waits is served by a second claim', async () => {
  const held = await claimed('a.3')
  await race(
    state.db,
    (tx) => requestItems(tx, 'main', ['a.3'], { lane: 'ops', reason: 'request' }),
    () => other.transaction((tx) => settleInside(tx, held, [indexed('a.3')])),
  )
  expect(await queueRow(state.db, 'a.3')).toMatchObject({ state: 0, rev: 1, gen: 2 })
  await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  expect(await queueRow(state.db, 'a.3')).toBeUndefined()
})

test('a request that commits while a failure waits is served, and no error is written', async () => {
  const held = await claimed('a.4')
  const failure = { htid: 'a.4', code: 'PAGE_MISSING', class: 'item' as const, message: 'm', detail: '{}' }
  await race(
    state.db,
    (tx) => requestItems(tx, 'main', ['a.4'], { lane: 'ops', reason: 'request' }),
    () =>
      other.transaction(async (tx) => {
        await lockClaim(tx, held)
        await fail(tx, held, [failure], { worker: token, pid: 1, host: 'h' })
        await closeClaim(tx, held)
      }),
  )
  expect(await queueRow(state.db, 'a.4')).toMatchObject({ state: 0, gen: 2, attempts: 0 })
  expect(await state.db.query(`SELECT 1 FROM slip_errors WHERE htid = 'a.4'`)).toEqual([])
  await settleAll(state.db, await claimBucket(state.db, token, { lane: 1, shard: 1 }))
})

test('a settle that commits while the reaper looks leaves nothing to reap', async () => {
  const held = await claimed('a.5')
  await expireLeases(state.db)
  await state.db.transaction(async (tx) => {
    await settleInside(tx, held, [indexed('a.5')])
    expect(await other.transaction((reaper) => reap(reaper, 10))).toBe(0)
  })
  expect(await other.transaction((tx) => reap(tx, 10))).toBe(0)
  expect(await queueRow(state.db, 'a.5')).toBeUndefined()
})

test('a reap that commits while a settle waits fences the settle out', async () => {
  const held = await claimed('a.6')
  await expireLeases(state.db)
  const settled = await race(
    state.db,
    (tx) => reap(tx, 10),
    () => other.transaction((tx) => settleInside(tx, held, [indexed('a.6', digestOf(7))])),
  )
  expect(settled.size).toBe(0)
  expect(await ledgerRow(state.db, 'a.6')).toBeUndefined()
  expect(await queueRow(state.db, 'a.6')).toMatchObject({ state: 0, lane: 0, strikes: 1 })
  await settleAll(state.db, await claimBucket(state.db, token, { lane: 0, shard: 1 }))
})

test('a reap that commits while a renewal waits is told to the worker', async () => {
  const held = await claimed('a.7')
  await expireLeases(state.db)
  const still = await race(
    state.db,
    (tx) => reap(tx, 10),
    () => renew(other, [held.token]),
  )
  expect(still.size).toBe(0)
  await settleAll(state.db, await claimBucket(state.db, token, { lane: 0, shard: 1 }))
})

test('two claims of one bucket never take the same row, and none waits', async () => {
  await change(state.db, ['b.1', 'b.2', 'b.3', 'b.4'])
  await enqueue(state.db, ['b.1', 'b.2', 'b.3', 'b.4'])
  await state.db.transaction(async (tx) => {
    await tx.query(`SELECT 1 FROM slip_queue WHERE target = 'main' AND htid IN ('b.1', 'b.2') FOR UPDATE`)
    const elsewhere = await claimBucket(other, token)
    expect(elsewhere.items.map((item) => item.htid)).toEqual(['b.3', 'b.4'])
    await settleAll(other, elsewhere)
  })
  const rest = await claimBucket(state.db, token)
  expect(rest.items.map((item) => item.htid)).toEqual(['b.1', 'b.2'])
  await settleAll(state.db, rest)
})

test('an expiry of the worker that commits while its claim waits leaves nothing claimed', async () => {
  const doomed = await worker(state.db)
  await change(state.db, ['b.5'])
  await enqueue(state.db, ['b.5'])
  const held = await race(
    state.db,
    (tx) => tx.query(`UPDATE slip_worker SET expired_at = ${later(state.db, 0)} WHERE token = '${doomed}'`),
    () => claimBucket(other, doomed),
  )
  expect(held.items).toEqual([])
  await settleAll(state.db, await claimBucket(state.db, token))
})

test('a claim that commits while an enqueue of a new revision waits keeps its token', async () => {
  await change(state.db, ['b.6'])
  await enqueue(state.db, ['b.6'])
  await change(state.db, ['b.6'], { title: 2 })
  await race(
    state.db,
    (tx) =>
      tx.query(
        `UPDATE slip_queue SET state = 1, claim_token = '${randomUUID()}', claimed_rev = rev, claimed_gen = gen WHERE htid = 'b.6'`,
      ),
    () => other.transaction((tx) => enqueueChanged(tx, 'main', ['b.6'], { lane: 'daily', reason: 'test' })),
  )
  const row = await queueRow(state.db, 'b.6')
  expect(row).toMatchObject({ state: 1, rev: 2, gen: 2 })
  expect(row?.claim_token).not.toBeNull()
  await state.db.query(`DELETE FROM slip_queue WHERE htid = 'b.6'`)
})

test('a change stamped before the pass began and committed after it is found by the next read of the overlap', async () => {
  const pass = await startPass(state.db, 'main', 60_000)
  await state.db.transaction(async (tx) => {
    await upsertRights(tx, [{ htid: 'w.late', apply: (known) => merge(known, { attr: 1 }) }])
    const t0 = await startPass(other, 'main', 60_000)
    const page = await other.transaction((reader) => followPage(reader, t0, 10_000))
    expect(page.next).toBeNull()
  })
  expect(await queueRow(state.db, 'w.late')).toBeUndefined()
  expect(pass.t0 < (await startPass(state.db, 'main', 60_000)).t0).toBe(true)
  const again = await state.db.transaction(async (tx) => followPage(tx, await startPass(tx, 'main', 60_000), 10_000))
  expect(again.enqueued).toBe(1)
  expect(await queueRow(state.db, 'w.late')).toMatchObject({ state: 0, rev: 1 })
})
