import { expect, test } from 'vitest'
import { delay } from '../../src/state/queue/delay.ts'
import { handBack } from '../../src/state/queue/hand-back.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { claimItem, errorsOf, exit, expireLeases, queueRow } from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

// What a person with a SQL prompt may do to a row that CHECK allows: it must hold up nobody.

/** A claimed row whose attempts somebody reset. */
async function reset(htid: string) {
  const held = await claimItem(state.db, token, htid)
  await state.db.change(`UPDATE slip_queue SET attempts = 0 WHERE htid = '${htid}'`)
  return held
}

test('attempts reset during a claim are none to give back: handed back and delayed rows have 0', async () => {
  const returned = await reset('e.1')
  await exit(state.db, returned, (tx) => handBack(tx, returned, [{ htid: 'e.1', fence: 0 }]))
  expect(await queueRow(state.db, 'e.1')).toMatchObject({ state: 0, attempts: 0 })
  await state.db.query('DELETE FROM slip_queue')
  const delayed = await reset('e.2')
  const fault = { baseMs: 1, environment: true, unproven: false, message: 'away' }
  await exit(state.db, delayed, (tx) => delay(tx, delayed, [{ htid: 'e.2', ...fault }]))
  expect(await queueRow(state.db, 'e.2')).toMatchObject({ state: 2, attempts: 0 })
})

test('attempts reset during a claim do not keep the reaper from it, nor from the claims of others', async () => {
  await reset('r.1')
  await reset('r.2')
  await state.db.change(`UPDATE slip_queue SET strikes = 3 WHERE htid = 'r.2'`)
  await claimItem(state.db, token, 'r.3')
  await expireLeases(state.db)
  expect(await state.db.transaction((tx) => reap(tx, 10))).toBe(3)
  expect(await queueRow(state.db, 'r.1')).toMatchObject({ state: 0, attempts: 0, strikes: 1 })
  expect(await errorsOf(state.db, 'r.2')).toMatchObject([{ code: 'LEASE_LOST', attempts: 0 }])
  expect(await queueRow(state.db, 'r.3')).toMatchObject({ state: 0, attempts: 0, strikes: 1 })
})
