import { expect, test } from 'vitest'
import type { Database } from '../../src/state/connection.ts'
import { enqueueChanged } from '../../src/state/queue/enqueue.ts'
import { holdItems, releaseItems } from '../../src/state/queue/hold.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { reap } from '../../src/state/queue/reap.ts'
import {
  change,
  claimBucket,
  claimInside,
  claimItem,
  expireLeases,
  indexed,
  queueRow,
  race,
  settleInside,
} from './fixture.ts'
import { emptyAfterEach, ready, request, settle } from './one-item.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()
emptyAfterEach()

/** Holds and releases of a row while a daemon does something else: who waits sees what the first has left. */
const daily = { lane: 'daily', reason: 'test' } as const
const hold = (db: Database, htid: string) => db.transaction((tx) => holdItems(tx, 'main', [htid]))
const release = (db: Database, htid: string) => db.transaction((tx) => releaseItems(tx, 'main', [htid]))

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
