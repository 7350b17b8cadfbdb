import { afterEach, expect, test } from 'vitest'
import type { Connection } from '../../src/state/connection.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import { delay } from '../../src/state/queue/delay.ts'
import { enqueueChanged, requestItems } from '../../src/state/queue/enqueue.ts'
import { closeClaim, lockClaim } from '../../src/state/queue/exit.ts'
import { fail } from '../../src/state/queue/fail.ts'
import { handBack } from '../../src/state/queue/hand-back.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { renew } from '../../src/state/queue/renew.ts'
import { suspect } from '../../src/state/queue/suspect.ts'
import {
  change,
  claimBucket,
  claimInside,
  claimItem,
  enqueue,
  errorsOf,
  expireLeases,
  failure,
  indexed,
  later,
  ledgerRow,
  queueRow,
  race,
  settleInside,
} from './fixture.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

/** Exits from claimed that meet a request, a renewal or one another; the second waits for a row of the first. */
afterEach(async () => {
  for (const table of ['slip_queue', 'slip_claim', 'slip_recheck']) await state.db.query(`DELETE FROM ${table}`)
})

type Exit = (tx: Connection, held: Claim) => Promise<unknown>
const daily = { lane: 'daily', reason: 'test' } as const
const claimed = (htid: string) => claimItem(state.db, token, htid)
const enqueueIn = (tx: Connection, htid: string) => enqueueChanged(tx, 'main', [htid], daily)
const requestIn = (tx: Connection, htid: string) => requestItems(tx, 'main', [htid], { lane: 'ops', reason: 'request' })
const settleIn = (held: Claim, htid: string) => (tx: Connection) => settleInside(tx, held, [indexed(htid)])

const who = () => ({ worker: token, pid: 1, host: 'h' })
const failing: Exit = (tx, held) =>
  fail(
    tx,
    held,
    held.items.map(({ htid }) => failure(htid)),
    who(),
  )
const suspecting: Exit = (tx, held) =>
  suspect(
    tx,
    held,
    held.items.map(({ htid }) => ({ htid, baseMs: 1, alone: true, lastError: 'x', message: 'x', detail: '{}' })),
    who(),
  )
const delaying: Exit = (tx, held) =>
  delay(
    tx,
    held,
    held.items.map(({ htid }) => ({ htid, baseMs: 60_000, environment: false, unproven: true, message: 'm' })),
  )
const returning: Exit = (tx, held) =>
  handBack(
    tx,
    held,
    held.items.map(({ htid }) => ({ htid, fence: 0 })),
  )
const leave = (held: Claim, exit: Exit) => async (tx: Connection) => {
  await lockClaim(tx, held)
  await exit(tx, held)
  await closeClaim(tx, held)
}

test('settle–renew: a renewal that waits for the end of its claim is told that it is gone', async () => {
  const held = await claimed('a.1')
  const kept = await race(state.db, settleIn(held, 'a.1'), () => renew(other, [held.token]))
  expect(kept.size).toBe(0)
})

test('renew–settle: a settle that waits for a renewal settles', async () => {
  const held = await claimed('a.2')
  await expireLeases(state.db)
  const settled = await race(
    state.db,
    (tx) => renew(tx, [held.token]),
    () => other.transaction(settleIn(held, 'a.2')),
  )
  expect([...settled]).toEqual(['a.2'])
  expect(await state.db.transaction((tx) => reap(tx, 10))).toBe(0)
})

test('renew–reap: the reaper passes over a claim that is being renewed, and then finds it alive', async () => {
  const held = await claimed('a.3')
  await expireLeases(state.db)
  await state.db.transaction(async (tx) => {
    expect((await renew(tx, [held.token])).size).toBe(1)
    expect(await other.transaction((reaper) => reap(reaper, 10))).toBe(0)
  })
  expect(await other.transaction((reaper) => reap(reaper, 10))).toBe(0)
  expect(await queueRow(state.db, 'a.3')).toMatchObject({ state: 1, claim_token: held.token })
})

for (const [name, exit, row] of [
  ['delay', delaying, { attempts: 0, unproven: true }],
  ['hand-back', returning, { attempts: 0, unproven: false }],
  ['fail', failing, { attempts: 0, unproven: false }],
] as const) {
  test(`enqueue–${name}: an exit that waits for a request leaves the row ready, with all its attempts`, async () => {
    const held = await claimed('b.1')
    await state.db.query(`UPDATE slip_queue SET attempts = 3 WHERE htid = 'b.1'`)
    await race(
      state.db,
      (tx) => requestIn(tx, 'b.1'),
      () => other.transaction(leave(held, exit)),
    )
    expect(await queueRow(state.db, 'b.1')).toMatchObject({ state: 0, gen: 2, ...row })
    expect(await errorsOf(state.db, 'b.1')).toEqual([])
  })
}

test('delay–enqueue: a request that waits for a delay ends it, with all attempts', async () => {
  const held = await claimed('c.1')
  await race(state.db, leave(held, delaying), () => other.transaction((tx) => requestIn(tx, 'c.1')))
  expect(await queueRow(state.db, 'c.1')).toMatchObject({ state: 0, available_at: null, attempts: 0, unproven: true })
})

test('fail–enqueue: a new revision that waits for a failure is queued anew, in the shard the failure kept', async () => {
  const held = await claimItem(state.db, token, 'c.2', { draw: 2 })
  await change(state.db, ['c.2'], { title: 1 })
  await race(state.db, leave(held, failing), () => other.transaction((tx) => enqueueIn(tx, 'c.2')))
  expect(await queueRow(state.db, 'c.2')).toMatchObject({ state: 0, rev: 2, gen: 1 })
  expect(await errorsOf(state.db, 'c.2')).toMatchObject([{ rev: 1, resolution: null }])
  // the row was read before the failure wrote the ledger: the claim knows better
  const { shard } = (await queueRow(state.db, 'c.2'))!
  if (shard === 0) expect((await claimBucket(state.db, token)).passed).toBe(1)
  const next = await claimBucket(state.db, token, { shard: 2 })
  expect(next.items).toMatchObject([{ htid: 'c.2', shard: 2 }])
})

test('enqueue–reap: a reaper that waits for a request leaves the row ready, whatever its strikes', async () => {
  await claimed('c.3')
  await state.db.query(`UPDATE slip_queue SET strikes = 3 WHERE htid = 'c.3'`)
  await expireLeases(state.db)
  await race(
    state.db,
    (tx) => requestIn(tx, 'c.3'),
    () => other.transaction((tx) => reap(tx, 10)),
  )
  expect(await queueRow(state.db, 'c.3')).toMatchObject({ state: 0, lane: 0, gen: 2, unproven: true })
  expect(await errorsOf(state.db, 'c.3')).toEqual([])
})

for (const [name, exit] of [
  ['fail', failing],
  ['delay', delaying],
  ['hand-back', returning],
  ['suspect', suspecting],
] as const) {
  test(`reap–${name}: an exit that waits for the reaper changes nothing and writes no error`, async () => {
    const held = await claimed('c.5')
    await state.db.query(`UPDATE slip_queue SET attempts = 3 WHERE htid = 'c.5'`)
    await expireLeases(state.db)
    let reaped: unknown
    await race(
      state.db,
      async (tx) => {
        expect(await reap(tx, 10)).toBe(1)
        reaped = await queueRow(tx, 'c.5')
      },
      // all of it, as if nobody looked whether the claim is there still
      () => other.transaction(leave(held, exit)),
    )
    expect(reaped).toMatchObject({ state: 0, lane: 0, strikes: 1, attempts: 2, claim_token: null })
    expect(await queueRow(state.db, 'c.5')).toEqual(reaped)
    expect([await errorsOf(state.db, 'c.5'), await ledgerRow(state.db, 'c.5')]).toEqual([[], undefined])
    expect(await state.db.query('SELECT 1 FROM slip_recheck')).toEqual([])
  })
}

test('reap–enqueue: a request that waits for the fourth strike is served beside its error', async () => {
  await claimed('c.4')
  await state.db.query(`UPDATE slip_queue SET strikes = 3 WHERE htid = 'c.4'`)
  await expireLeases(state.db)
  await race(
    state.db,
    (tx) => reap(tx, 10),
    () => other.transaction((tx) => requestIn(tx, 'c.4')),
  )
  expect(await queueRow(state.db, 'c.4')).toMatchObject({ state: 0, strikes: 0, lane: 2 })
  expect(await errorsOf(state.db, 'c.4')).toMatchObject([{ code: 'LEASE_LOST', resolution: null }])
})

test('settle–delete: an enqueued delete that waits for a settle of the text is queued and goes to its shard', async () => {
  const held = await claimItem(state.db, token, 'd.1', { draw: 2 })
  await change(state.db, ['d.1'], { withdrawn: true })
  await race(state.db, settleIn(held, 'd.1'), () => other.transaction((tx) => enqueueIn(tx, 'd.1')))
  expect(await queueRow(state.db, 'd.1')).toMatchObject({ state: 0, action: 'delete', rev: 2 })
  const wrong = await claimBucket(state.db, token)
  const right = wrong.items.length > 0 ? wrong : await claimBucket(state.db, token, { shard: 2 })
  expect(right.items).toMatchObject([{ htid: 'd.1', action: 'delete', shard: 2 }])
})

test('delete–enqueue: an item that comes back while its delete settles is indexed again', async () => {
  await change(state.db, ['d.2'], { attr: 8 })
  await enqueue(state.db, ['d.2'])
  const held = await claimBucket(state.db, token)
  await change(state.db, ['d.2'], { attr: 1 })
  await race(
    state.db,
    (tx) => settleInside(tx, held, [indexed('d.2', null)]),
    () => other.transaction((tx) => enqueueIn(tx, 'd.2')),
  )
  expect(await ledgerRow(state.db, 'd.2')).toMatchObject({ presence: 'absent', rev: 1 })
  expect(await queueRow(state.db, 'd.2')).toMatchObject({ state: 0, action: 'index', rev: 2 })
})

test('enqueue–delete: a settle of a delete that waits for the item’s return leaves it queued to be indexed', async () => {
  await change(state.db, ['d.3'], { attr: 8 })
  await enqueue(state.db, ['d.3'])
  const held = await claimBucket(state.db, token)
  await change(state.db, ['d.3'], { attr: 1 })
  await race(
    state.db,
    (tx) => enqueueIn(tx, 'd.3'),
    () => other.transaction((tx) => settleInside(tx, held, [indexed('d.3', null)])),
  )
  expect(await ledgerRow(state.db, 'd.3')).toMatchObject({ presence: 'absent', rev: 1 })
  expect(await queueRow(state.db, 'd.3')).toMatchObject({ state: 0, action: 'index', rev: 2, claim_token: null })
})

/** An item that is delayed and due, with three attempts. */
async function due(htid: string) {
  await change(state.db, [htid])
  await enqueue(state.db, [htid])
  await state.db.query(
    `UPDATE slip_queue SET state = 2, attempts = 3, available_at = ${later(state.db, -1)} WHERE htid = '${htid}'`,
  )
  await change(state.db, [htid], { title: 1 })
}

test('move–enqueue: a new revision that waits for the mover is ready with all attempts', async () => {
  await due('e.3')
  const first = (tx: Connection) => moveDue(tx, 10)
  await race(state.db, first, () => other.transaction((tx) => enqueueIn(tx, 'e.3')))
  expect(await queueRow(state.db, 'e.3')).toMatchObject({ state: 0, rev: 2, gen: 2, attempts: 0, available_at: null })
})

test('enqueue–move: the mover passes over a row that is being requested, which is ready by that', async () => {
  await due('e.4')
  await state.db.transaction(async (tx) => {
    await enqueueIn(tx, 'e.4')
    expect(await other.transaction((mover) => moveDue(mover, 10))).toBe(0)
  })
  expect(await queueRow(state.db, 'e.4')).toMatchObject({ state: 0, rev: 2, gen: 2, attempts: 0, available_at: null })
})

test('move–claim: a claim does not wait for the mover and takes nothing of what it has not moved yet', async () => {
  await change(state.db, ['e.1'])
  await enqueue(state.db, ['e.1'])
  await state.db.query(`UPDATE slip_queue SET state = 2, available_at = CURRENT_TIMESTAMP(6) WHERE htid = 'e.1'`)
  await state.db.transaction(async (tx) => {
    expect(await moveDue(tx, 10)).toBe(1)
    expect((await claimBucket(other, token)).items).toEqual([])
  })
  expect((await claimBucket(other, token)).items).toMatchObject([{ htid: 'e.1' }])
})

test('claim–reap: a claim that is not committed has no lease that could be over', async () => {
  await change(state.db, ['e.2'])
  await enqueue(state.db, ['e.2'])
  await state.db.transaction(async (tx) => {
    expect((await claimInside(tx, token)).items).toHaveLength(1)
    expect(await other.transaction((reaper) => reap(reaper, 10))).toBe(0)
  })
  expect(await queueRow(state.db, 'e.2')).toMatchObject({ state: 1, strikes: 0 })
})
