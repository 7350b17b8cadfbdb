import { expect, test } from 'vitest'
import { SlipError } from '../../src/errors/slip-error.ts'
import { settleClaim, settleOutcomes } from '../../src/indexer/settle.ts'
import type { Connection } from '../../src/state/connection.ts'
import { holdDuty, takeDuty } from '../../src/state/control/duty.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { change, claimBucket, enqueue, indexed, later, untilBlocked, worker } from './fixture.ts'
import { openForFile, other, state, token } from './opened.ts'

openForFile()

const lock = (tx: Connection, htid: string, how = '') =>
  tx.query(`SELECT 1 FROM slip_queue WHERE target = 'main' AND htid = '${htid}' FOR UPDATE ${how}`)

/** A lock is waited for no longer than the shortest time there is. */
const shortWait = { postgres: `SET LOCAL lock_timeout = '100ms'`, mysql: 'SET innodb_lock_wait_timeout = 1' }

/** Holds the row of `low` and runs `exit` until it waits for it: it must not hold `high` already, or two deadlock. */
async function expectInOrder(low: string, high: string, exit: (tx: Connection) => Promise<unknown>) {
  let answer: Promise<unknown> | undefined
  await state.db.transaction(async (tx) => {
    await lock(tx, low)
    answer = other.transaction(exit)
    answer.catch(() => undefined)
    await untilBlocked(state.db)
    expect((await lock(tx, high, 'SKIP LOCKED')).length).toBe(1)
  })
  return answer
}

test('the reaper locks the rows of all claims it takes in id order', async () => {
  for (const htid of ['m.1', 'b.1']) {
    await change(state.db, [htid])
    await enqueue(state.db, [htid])
    await claimBucket(state.db, token)
  }
  await state.db.query(`UPDATE slip_claim SET lease_until = ${later(state.db, -1)}`)
  await expectInOrder('b.1', 'm.1', (tx) => reap(tx, 10))
  expect(await state.db.query('SELECT htid FROM slip_queue WHERE state = 0 ORDER BY htid')).toEqual([
    { htid: 'b.1' },
    { htid: 'm.1' },
  ])
  await state.db.query('DELETE FROM slip_queue')
})

test('a settlement with several kinds of exit locks its rows in id order', async () => {
  await change(state.db, ['b.2', 'm.2'])
  await enqueue(state.db, ['b.2', 'm.2'])
  const held = await claimBucket(state.db, token)
  const error = new SlipError('METS_MISSING', 'gone')
  const settled = await expectInOrder('b.2', 'm.2', (tx) =>
    settleOutcomes(
      tx,
      held,
      [
        { kind: 'indexed', htid: 'm.2', settled: indexed('m.2') },
        { kind: 'failed', htid: 'b.2', error, attempts: 9, unproven: false },
      ],
      {
        worker: token,
        configDigest: 'c',
        indexer: { attempts: 1, backoff: 1, environmentBackoff: 1 } as never,
      },
    ),
  )
  expect(settled).toMatchObject({ indexed: 1, errors: 1, fencedOut: 0 })
})

test('a settlement of all of a claim locks its rows in id order', async () => {
  await change(state.db, ['m.3', 'b.3'])
  await enqueue(state.db, ['m.3'])
  await enqueue(state.db, ['b.3'])
  const held = await claimBucket(state.db, token)
  const done = ['m.3', 'b.3'].map((htid) => ({ kind: 'indexed', htid, settled: indexed(htid) }) as const)
  const context = { worker: token, configDigest: 'c', indexer: { attempts: 1 } as never }
  let answer: Promise<unknown> | undefined
  await state.db.transaction(async (tx) => {
    await lock(tx, 'b.3')
    answer = settleClaim(other, held, done, context)
    answer.catch(() => undefined)
    await untilBlocked(state.db)
    expect((await lock(tx, 'm.3', 'SKIP LOCKED')).length).toBe(1)
  })
  expect(await answer).toMatchObject({ indexed: 2, fencedOut: 0 })
})

test('a settlement of all of a claim locks the claim before any of its rows', async () => {
  await change(state.db, ['b.4'])
  await enqueue(state.db, ['b.4'])
  const held = await claimBucket(state.db, token)
  const context = { worker: token, configDigest: 'c', indexer: { attempts: 1 } as never }
  let answer: Promise<unknown> | undefined
  await state.db.transaction(async (tx) => {
    await tx.query(`SELECT 1 FROM slip_claim WHERE token = '${held.token}' FOR UPDATE`)
    answer = settleClaim(other, held, [{ kind: 'indexed', htid: 'b.4', settled: indexed('b.4') }], context)
    answer.catch(() => undefined)
    await untilBlocked(state.db)
    expect((await lock(tx, 'b.4', 'SKIP LOCKED')).length).toBe(1)
  })
  expect(await answer).toMatchObject({ indexed: 1, fencedOut: 0 })
})

test('a duty that another holds is refused at once, also while its chore runs', async () => {
  const [mine, theirs] = [await worker(state.db), await worker(state.db)]
  expect(await takeDuty(state.db, 'sweep:main', theirs, 60_000)).toBe(true)
  await other.transaction(async (tx) => {
    expect(await holdDuty(tx, 'sweep:main', theirs)).toBe(true)
    await state.db.transaction(async (mineTx) => {
      await mineTx.query(shortWait[mineTx.dialect])
      expect(await takeDuty(mineTx, 'sweep:main', mine, 60_000)).toBe(false)
    })
  })
})
