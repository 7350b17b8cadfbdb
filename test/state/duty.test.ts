import { expect, test } from 'vitest'
import { holdDuty, renewDuty, takeDuty } from '../../src/state/control/duty.ts'
import { later, worker } from './fixture.ts'
import { openForFile, other, state } from './opened.ts'

openForFile()

test('a chore writes only under a duty row with its own token, which it keeps locked', async () => {
  const [mine, theirs] = [await worker(state.db), await worker(state.db)]
  expect(await takeDuty(state.db, 'move', mine, 60_000)).toBe(true)
  await state.db.transaction(async (tx) => {
    expect(await holdDuty(tx, 'move', theirs)).toBe(false)
    expect(await holdDuty(tx, 'move', mine)).toBe(true)
    expect(await other.query(`SELECT 1 FROM slip_duty WHERE name = 'move' FOR UPDATE SKIP LOCKED`)).toEqual([])
  })
  expect(await takeDuty(state.db, 'move', theirs, 60_000)).toBe(false)
  await state.db.query(`UPDATE slip_duty SET until = ${later(state.db, 180)} WHERE name = 'move'`)
  expect(await takeDuty(state.db, 'move', theirs, 60_000)).toBe(true)
})

test('a chore that takes longer than its duty lasts is waited for by nobody, and goes to nobody else meanwhile', async () => {
  const [mine, theirs] = [await worker(state.db), await worker(state.db)]
  expect(await takeDuty(state.db, 'sample', mine, 60_000)).toBe(true)
  await state.db.query(`UPDATE slip_duty SET until = ${later(state.db, -1)} WHERE name = 'sample'`)
  await state.db.transaction(async (tx) => {
    await holdDuty(tx, 'sample', mine)
    expect(await takeDuty(other, 'sample', theirs, 60_000)).toBe(false)
  })
  expect(await takeDuty(other, 'sample', theirs, 60_000)).toBe(true)
})

test('a duty that was renewed is free to nobody, also when its time was over; one that went to another is renewed no more', async () => {
  const [mine, theirs] = [await worker(state.db), await worker(state.db)]
  const age = () => state.db.query(`UPDATE slip_duty SET until = ${later(state.db, -1)} WHERE name = 'scan:main'`)
  expect(await renewDuty(state.db, 'scan:main', mine, 60_000)).toBe(false)
  await takeDuty(state.db, 'scan:main', mine, 60_000)
  await age()
  expect(await renewDuty(state.db, 'scan:main', mine, 60_000)).toBe(true)
  expect(await takeDuty(other, 'scan:main', theirs, 60_000)).toBe(false)
  await age()
  expect(await takeDuty(other, 'scan:main', theirs, 60_000)).toBe(true)
  await age()
  expect(await renewDuty(state.db, 'scan:main', mine, 60_000)).toBe(false)
  expect(await takeDuty(state.db, 'scan:main', mine, 60_000)).toBe(true)
})
