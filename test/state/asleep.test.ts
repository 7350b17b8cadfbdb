import { expect, test } from 'vitest'
import type { Connection } from '../../src/state/connection.ts'
import { expireWorkers } from '../../src/state/control/worker.ts'
import { change, claimInside, enqueue, later, queueRow, untilBlocked, worker } from './fixture.ts'
import { openForFile, state } from './opened.ts'

openForFile()

// What a process leaves to the others that falls asleep inside a transaction.

const limit = {
  postgres: {
    read: `SELECT setting AS value FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'`,
    minute: '60000',
    second: `SET LOCAL idle_in_transaction_session_timeout = '1s'`,
  },
  mysql: {
    read: 'SELECT CAST(@@SESSION.wait_timeout AS CHAR) AS value',
    minute: '60',
    second: 'SET SESSION wait_timeout = 1',
  },
}

test('a transaction that is silent for a minute is ended by the server', async () => {
  const { read, minute } = limit[state.db.dialect]
  expect(await state.db.query(read)).toEqual([{ value: minute }])
})

test('a worker asleep in a claim holds up the others until the server ends it, then it finds itself expired', async () => {
  const { db } = state
  const other = await state.another()
  await change(db, ['a.1'])
  await enqueue(db, ['a.1'])
  const token = await worker(db)
  await db.change(`UPDATE slip_worker SET heartbeat_at = ${later(db, -90)} WHERE token = '${token}'`)
  let runs = 0
  const sleeps = async (tx: Connection) => {
    await tx.change(limit[tx.dialect].second)
    const claim = await claimInside(tx, token)
    expect(claim.items).toHaveLength(1)
    const expiring = other.transaction((expirer) => expireWorkers(expirer, 60_000))
    await untilBlocked(db)
    expect(await expiring).toBe(1)
    await tx.query('SELECT 1 AS one')
    return claim
  }
  const claim = await db.transaction((tx) => (++runs === 1 ? sleeps(tx) : claimInside(tx, token)))
  expect([runs, claim.items]).toEqual([2, []])
  expect(await queueRow(db, 'a.1')).toMatchObject({ state: 0, attempts: 0, claim_token: null })
})
