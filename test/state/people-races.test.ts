import { expect, test } from 'vitest'
import type { Connection, Database } from '../../src/state/connection.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import { enqueueChanged } from '../../src/state/queue/enqueue.ts'
import { closeClaim, lockClaim } from '../../src/state/queue/exit.ts'
import { fail } from '../../src/state/queue/fail.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { purgeItems } from '../../src/state/queue/purge.ts'
import { retryErrors, skipErrors } from './error-pages.ts'
import {
  change,
  claimBucket,
  claimInside,
  claimItem,
  errorsOf,
  failClaim,
  failure,
  indexed,
  ledgerRow,
  queueRow,
  race,
  settleAll,
  settleInside,
} from './fixture.ts'
import { emptyAfterEach, ready, request, settle } from './one-item.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()
emptyAfterEach()

/** Purges, retries and skips of a row while a daemon does something else: who waits sees what the first has left. */
const by = { person: 'ann', reason: 'r' }
const daily = { lane: 'daily', reason: 'test' } as const
const purge = (db: Database, htid: string) => db.transaction((tx) => purgeItems(tx, 'main', [htid], by))
async function failed(htid: string) {
  await failClaim(state.db, await claimItem(state.db, token, htid))
  return errorsOf(state.db, htid)
}

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

const makeDue = (htid: string) =>
  state.db.query(`UPDATE slip_queue SET state = 2, available_at = CURRENT_TIMESTAMP(6) WHERE htid = '${htid}'`)

test('move–purge: a purge that waits for the mover takes the row', async () => {
  await ready('p.6')
  await makeDue('p.6')
  const first = async (tx: Connection) => expect(await moveDue(tx, 10)).toBe(1)
  const answer = await race(state.db, first, () => purge(other, 'p.6'))
  expect(answer).toEqual({ purged: ['p.6'], claimed: [], unknown: [] })
  expect(await queueRow(state.db, 'p.6')).toBeUndefined()
  expect(await errorsOf(state.db, 'p.6')).toMatchObject([{ resolution: 'purged' }])
})

test('purge–move: the mover passes over a row that is being purged', async () => {
  await ready('p.7')
  await makeDue('p.7')
  await state.db.transaction(async (tx) => {
    await purgeItems(tx, 'main', ['p.7'], by)
    expect(await other.transaction((mover) => moveDue(mover, 10))).toBe(0)
  })
  expect(await queueRow(state.db, 'p.7')).toBeUndefined()
})

test('retry–claim: a claim passes over a row that is being retried, and then has what the retry waives', async () => {
  await failed('e.4')
  await request('e.4')
  const requested = await queueRow(state.db, 'e.4')
  await state.db.transaction(async (tx) => {
    await retryErrors(tx, { htids: ['e.4'] }, { waive: ['page_gap'] })
    expect((await claimBucket(other, token, { lane: 2, shard: 1 })).items).toEqual([])
  })
  const held = await claimBucket(other, token, { lane: 2, shard: 1 })
  expect(held.items).toMatchObject([{ htid: 'e.4', waived: 'page_gap' }])
  await settle(other, held, 'e.4')
  expect(requested).toMatchObject({ state: 0, gen: 1 })
  expect(await queueRow(state.db, 'e.4')).toBeUndefined()
  expect(await errorsOf(state.db, 'e.4')).toMatchObject([{ resolution: 'fixed' }])
})

test('claim–retry: a retry that waits for a claim leaves it its row, and is served by a second claim', async () => {
  await failed('e.5')
  await request('e.5')
  const bucket = { lane: 2, shard: 1 }
  let held: Claim | undefined
  await race(
    state.db,
    async (tx) => {
      held = await claimInside(tx, token, bucket)
    },
    () => other.transaction((tx) => retryErrors(tx, { htids: ['e.5'] })),
  )
  expect(await queueRow(state.db, 'e.5')).toMatchObject({ state: 1, gen: 2, claim_token: held?.token })
  await settle(state.db, held!, 'e.5')
  expect((await claimBucket(state.db, token, bucket)).items).toMatchObject([{ htid: 'e.5' }])
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
