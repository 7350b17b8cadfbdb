import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/state/connection.ts'
import { enqueueChanged, requestItems } from '../../src/state/queue/enqueue.ts'
import { closeClaim, lockClaim } from '../../src/state/queue/exit.ts'
import { fail } from '../../src/state/queue/fail.ts'
import { holdItems, releaseItems } from '../../src/state/queue/hold.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { purgeItems } from '../../src/state/queue/purge.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { retryErrors } from '../../src/state/queue/retry.ts'
import { skipErrors } from '../../src/state/queue/skip.ts'
import {
  change,
  claimBucket,
  claimInside,
  claimItem,
  enqueue,
  errorsOf,
  expireLeases,
  failClaim,
  failure,
  indexed,
  ledgerRow,
  openState,
  queueRow,
  race,
  type State,
  settleAll,
  settleInside,
  worker,
} from './fixture.ts'

/** What people do to a row while a daemon does something else: who waits sees what the first has left. */
let state: State
let other: Database
let token: string
beforeAll(async () => {
  state = await openState()
  other = await state.another()
  token = await worker(state.db)
})
afterAll(() => state.close())
afterEach(async () => {
  for (const table of ['slip_queue', 'slip_claim', 'slip_recheck']) await state.db.query(`DELETE FROM ${table}`)
})

const by = { person: 'ann', reason: 'r' }
const daily = { lane: 'daily', reason: 'test' } as const
const hold = (db: Database, htid: string) => db.transaction((tx) => holdItems(tx, 'main', [htid]))
const release = (db: Database, htid: string) => db.transaction((tx) => releaseItems(tx, 'main', [htid]))
const purge = (db: Database, htid: string) => db.transaction((tx) => purgeItems(tx, 'main', [htid], by))
const settle = (db: Database, held: Awaited<ReturnType<typeof claimItem>>, htid: string) =>
  db.transaction((tx) => settleInside(tx, held, [indexed(htid)]))
const request = (htid: string) =>
  state.db.transaction((tx) => requestItems(tx, 'main', [htid], { lane: 'ops', reason: 'request' }))
async function ready(htid: string) {
  await change(state.db, [htid])
  await enqueue(state.db, [htid])
}
async function failed(htid: string) {
  await failClaim(state.db, await claimItem(state.db, token, htid))
  return errorsOf(state.db, htid)
}

test('claim–hold: a hold that waits for a claim leaves the claim alone and keeps what it leaves', async () => {
  await ready('a.1')
  const answer = await race(
    state.db,
    (tx) => claimInside(tx, token),
    () => hold(other, 'a.1'),
  )
  expect(answer).toEqual({ held: [], claimed: ['a.1'], unknown: [] })
  expect(await queueRow(state.db, 'a.1')).toMatchObject({ state: 1, hold: true })
})

test('hold–claim: a claim passes over a row that is being held, and finds it held', async () => {
  await ready('a.2')
  await state.db.transaction(async (tx) => {
    await holdItems(tx, 'main', ['a.2'])
    expect((await claimBucket(other, token)).items).toEqual([])
  })
  expect((await claimBucket(other, token)).items).toEqual([])
})

test('hold–settle: a settle that waits for a hold takes the row and its hold away', async () => {
  const held = await claimItem(state.db, token, 'a.3')
  const settled = await race(
    state.db,
    (tx) => holdItems(tx, 'main', ['a.3']),
    () => settle(other, held, 'a.3'),
  )
  expect([...settled]).toEqual(['a.3'])
  expect(await queueRow(state.db, 'a.3')).toBeUndefined()
})

test('hold–settle: a settle that waits for a hold of a row asked for anew leaves it held', async () => {
  const held = await claimItem(state.db, token, 'a.4')
  await request('a.4')
  await race(
    state.db,
    (tx) => holdItems(tx, 'main', ['a.4']),
    () => settle(other, held, 'a.4'),
  )
  expect(await queueRow(state.db, 'a.4')).toMatchObject({ state: 3, hold: true, claim_token: null })
})

test('settle–hold: a hold that waits for a settle finds the row gone', async () => {
  const held = await claimItem(state.db, token, 'a.5')
  const answer = await race(
    state.db,
    (tx) => settleInside(tx, held, [indexed('a.5')]),
    () => hold(other, 'a.5'),
  )
  expect(answer).toEqual({ held: [], claimed: [], unknown: ['a.5'] })
  expect(await queueRow(state.db, 'a.5')).toBeUndefined()
})

test('release–settle: a settle that waits for a release leaves the row ready', async () => {
  const held = await claimItem(state.db, token, 'a.6')
  await request('a.6')
  await hold(state.db, 'a.6')
  await race(
    state.db,
    (tx) => releaseItems(tx, 'main', ['a.6']),
    () => settle(other, held, 'a.6'),
  )
  expect(await queueRow(state.db, 'a.6')).toMatchObject({ state: 0, hold: false })
})

test('settle–release: a release that waits for a settle makes ready what it left held', async () => {
  const held = await claimItem(state.db, token, 'a.7')
  await request('a.7')
  await hold(state.db, 'a.7')
  const answer = await race(
    state.db,
    (tx) => settleInside(tx, held, [indexed('a.7')]),
    () => release(other, 'a.7'),
  )
  expect(answer).toEqual({ released: ['a.7'], unknown: [] })
  expect(await queueRow(state.db, 'a.7')).toMatchObject({ state: 0, hold: false })
})

test('reap–hold: a hold that waits for the reaper holds what it took back', async () => {
  await claimItem(state.db, token, 'a.8')
  await expireLeases(state.db)
  await race(
    state.db,
    (tx) => reap(tx, 10),
    () => hold(other, 'a.8'),
  )
  expect(await queueRow(state.db, 'a.8')).toMatchObject({ state: 3, hold: true, lane: 0, strikes: 1, unproven: true })
})

test('move–hold: a hold that waits for the mover holds the row; the mover passes over one that is being held', async () => {
  await ready('a.9')
  const due = () =>
    state.db.query(
      `UPDATE slip_queue SET hold = FALSE, state = 2, available_at = CURRENT_TIMESTAMP(6) WHERE htid = 'a.9'`,
    )
  await due()
  await race(
    state.db,
    (tx) => moveDue(tx, 10),
    () => hold(other, 'a.9'),
  )
  expect(await queueRow(state.db, 'a.9')).toMatchObject({ state: 3 })
  await due()
  await state.db.transaction(async (tx) => {
    await holdItems(tx, 'main', ['a.9'])
    expect(await other.transaction((mover) => moveDue(mover, 10))).toBe(0)
  })
  expect(await queueRow(state.db, 'a.9')).toMatchObject({ state: 3, available_at: null })
})

test('hold–enqueue: a new revision that waits for a hold is held with the row', async () => {
  await ready('a.b')
  await change(state.db, ['a.b'], { title: 1 })
  await race(
    state.db,
    (tx) => holdItems(tx, 'main', ['a.b']),
    () => other.transaction((tx) => enqueueChanged(tx, 'main', ['a.b'], daily)),
  )
  expect(await queueRow(state.db, 'a.b')).toMatchObject({ state: 3, rev: 2, gen: 2 })
})

test('claim–purge: a purge that waits for a claim reports it and takes nothing', async () => {
  await ready('p.1')
  const answer = await race(
    state.db,
    (tx) => claimInside(tx, token),
    () => purge(other, 'p.1'),
  )
  expect(answer).toEqual({ purged: [], claimed: ['p.1'], unknown: [] })
  expect(await queueRow(state.db, 'p.1')).toMatchObject({ state: 1 })
  expect(await errorsOf(state.db, 'p.1')).toEqual([])
})

test('purge–claim: a claim passes over a row that is being purged, and never gets it', async () => {
  await ready('p.2')
  await state.db.transaction(async (tx) => {
    await purgeItems(tx, 'main', ['p.2'], by)
    expect((await claimBucket(other, token)).items).toEqual([])
  })
  expect((await claimBucket(other, token)).items).toEqual([])
})

test('purge–enqueue: a new revision that waits for a purge is queued anew', async () => {
  await ready('p.3')
  await change(state.db, ['p.3'], { title: 1 })
  await race(
    state.db,
    (tx) => purgeItems(tx, 'main', ['p.3'], by),
    () => other.transaction((tx) => enqueueChanged(tx, 'main', ['p.3'], daily)),
  )
  expect(await queueRow(state.db, 'p.3')).toMatchObject({ state: 0, rev: 2, gen: 1 })
  expect(await errorsOf(state.db, 'p.3')).toMatchObject([{ resolution: 'purged', rev: 1 }])
})

test('settle–purge: a purge that waits for a settle finds nothing, one that waits for what it left takes it', async () => {
  const held = await claimItem(state.db, token, 'p.4')
  const answer = await race(
    state.db,
    (tx) => settleInside(tx, held, [indexed('p.4')]),
    () => purge(other, 'p.4'),
  )
  expect(answer).toEqual({ purged: [], claimed: [], unknown: ['p.4'] })
  const again = await claimItem(state.db, token, 'p.5')
  await request('p.5')
  await race(
    state.db,
    (tx) => settleInside(tx, again, [indexed('p.5')]),
    () => purge(other, 'p.5'),
  )
  expect(await queueRow(state.db, 'p.5')).toBeUndefined()
  expect(await ledgerRow(state.db, 'p.5')).toMatchObject({ rev: 1, presence: 'indexed' })
})

test('retry–enqueue: a retry and a new revision that meet are one row of the new revision', async () => {
  await failed('e.1')
  await change(state.db, ['e.1'], { title: 1 })
  await race(
    state.db,
    (tx) => retryErrors(tx, { htids: ['e.1'] }),
    () => other.transaction((tx) => enqueueChanged(tx, 'main', ['e.1'], daily)),
  )
  expect(await queueRow(state.db, 'e.1')).toMatchObject({ state: 0, rev: 2, lane: 1 })
})

test('enqueue–retry: a retry that waits for a new revision asks for it once more', async () => {
  await failed('e.2')
  await change(state.db, ['e.2'], { title: 1 })
  await race(
    state.db,
    (tx) => enqueueChanged(tx, 'main', ['e.2'], daily),
    () => other.transaction((tx) => retryErrors(tx, { htids: ['e.2'] }, { waive: ['page_gap'] })),
  )
  expect(await queueRow(state.db, 'e.2')).toMatchObject({ state: 0, rev: 2, gen: 2, lane: 1, waive: 'page_gap' })
})

test('retry–settle: what a retry waives during a claim is honoured by the next one', async () => {
  await failed('e.3')
  await request('e.3')
  const held = await claimBucket(state.db, token, { lane: 2, shard: 1 })
  await race(
    state.db,
    (tx) => retryErrors(tx, { htids: ['e.3'] }, { waive: ['page_gap'] }),
    () => settle(other, held, 'e.3'),
  )
  const next = await claimBucket(state.db, token, { lane: 2, shard: 1 })
  expect(next.items).toMatchObject([{ htid: 'e.3', waived: 'page_gap' }])
})

/** Claims the retried item and lets it fail again, in a transaction that stays open. */
async function failAgain(htid: string) {
  await request(htid)
  const held = await claimBucket(state.db, token, { lane: 2, shard: 1 })
  return async (tx: Parameters<typeof lockClaim>[0]) => {
    await lockClaim(tx, held)
    await fail(tx, held, [failure(htid)], { worker: token, pid: 1, host: 'h' })
    await closeClaim(tx, held)
  }
}

test('fail–skip: a skip that waits for the next failure skips neither the superseded error nor the new one', async () => {
  await failed('s.1')
  const again = await failAgain('s.1')
  const skipped = await race(state.db, again, () => other.transaction((tx) => skipErrors(tx, { htids: ['s.1'] }, by)))
  expect(skipped).toEqual(new Map())
  expect(await errorsOf(state.db, 's.1')).toMatchObject([{ resolution: 'superseded' }, { resolution: null }])
})

test('skip–fail: a failure that waits for a skip leaves it skipped and adds its own', async () => {
  await failed('s.2')
  const again = await failAgain('s.2')
  await race(
    state.db,
    (tx) => skipErrors(tx, { htids: ['s.2'] }, by),
    () => other.transaction(again),
  )
  expect(await errorsOf(state.db, 's.2')).toMatchObject([{ resolution: 'skipped' }, { resolution: null }])
})

test('skip–retry: an item retried while its error is being skipped is served, and its error stays skipped', async () => {
  await failed('s.3')
  await state.db.transaction(async (tx) => {
    await skipErrors(tx, { htids: ['s.3'] }, by)
    const retried = await other.transaction((late) => retryErrors(late, { htids: ['s.3'] }))
    expect(retried.get('main')).toEqual(['s.3'])
  })
  await settleAll(state.db, await claimBucket(state.db, token, { lane: 2, shard: 1 }))
  expect(await errorsOf(state.db, 's.3')).toMatchObject([{ resolution: 'skipped' }])
  expect(await ledgerRow(state.db, 's.3')).toMatchObject({ rev: 1, presence: 'indexed' })
})

test('settle–skip: a skip that waits for the success of a retry finds the error fixed', async () => {
  await failed('s.4')
  await request('s.4')
  const held = await claimBucket(state.db, token, { lane: 2, shard: 1 })
  const skipped = await race(
    state.db,
    (tx) => settleInside(tx, held, [indexed('s.4')]),
    () => other.transaction((tx) => skipErrors(tx, { htids: ['s.4'] }, by)),
  )
  expect(skipped).toEqual(new Map())
  expect(await errorsOf(state.db, 's.4')).toMatchObject([{ resolution: 'fixed' }])
})
