import { describe, expect, test } from 'vitest'
import type { Claim } from '../../src/state/queue/claim.ts'
import { delay } from '../../src/state/queue/delay.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { change, claimBucket, claimItem, enqueue, exit, later, queueRow, settleAll } from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

const delayClaim = (held: Claim, environment: boolean) =>
  exit(state.db, held, (tx) =>
    delay(
      tx,
      held,
      held.items.map(({ htid }) => ({ htid, baseMs: 60_000, environment, unproven: false, message: 'm' })),
    ),
  )

describe('delay', () => {
  test('of an item error keeps the attempt and waits; the mover makes the row ready when due', async () => {
    await delayClaim(await claimItem(state.db, token, 'y.1'), false)
    expect(await queueRow(state.db, 'y.1')).toMatchObject({ state: 2, attempts: 1 })
    expect(await state.db.transaction((tx) => moveDue(tx, 10))).toBe(0)
    await state.db.query(`UPDATE slip_queue SET available_at = ${later(state.db, 0)} WHERE htid = 'y.1'`)
    expect(await state.db.transaction((tx) => moveDue(tx, 10))).toBe(1)
    const again = await claimBucket(state.db, token, { shard: 1 })
    expect(again.items).toMatchObject([{ htid: 'y.1', attempts: 2 }])
    await settleAll(state.db, again)
  })

  test('of an environment error gives the attempt back', async () => {
    await delayClaim(await claimItem(state.db, token, 'y.2'), true)
    expect(await queueRow(state.db, 'y.2')).toMatchObject({ state: 2, attempts: 0 })
    await state.db.query(`DELETE FROM slip_queue WHERE htid = 'y.2'`)
  })

  test('after a post without an answer marks the row unproven, and a later delay does not unmark it', async () => {
    for (const unproven of [true, false]) {
      const held = unproven ? await claimItem(state.db, token, 'y.6') : await claimBucket(state.db, token, { shard: 1 })
      await exit(state.db, held, (tx) =>
        delay(tx, held, [{ htid: 'y.6', baseMs: 1, environment: true, unproven, message: 'm' }]),
      )
      expect(await queueRow(state.db, 'y.6')).toMatchObject({ state: 2, unproven: true })
      await state.db.query(`UPDATE slip_queue SET available_at = ${later(state.db, 0)} WHERE htid = 'y.6'`)
      await state.db.transaction((tx) => moveDue(tx, 10))
    }
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  })

  test('further away than the longest back-off is due at once: the clock was set back', async () => {
    await delayClaim(await claimItem(state.db, token, 'y.3'), false)
    await state.db.query(`UPDATE slip_queue SET available_at = ${later(state.db, 259_200)} WHERE htid = 'y.3'`)
    expect(await state.db.transaction((tx) => moveDue(tx, 10))).toBe(1)
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  })

  test('is ended by a new revision, with all attempts back', async () => {
    await delayClaim(await claimItem(state.db, token, 'y.4'), false)
    await change(state.db, ['y.4'], { title: 5 })
    await enqueue(state.db, ['y.4'])
    expect(await queueRow(state.db, 'y.4')).toMatchObject({ state: 0, attempts: 0, rev: 2, gen: 2 })
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
  })

  test('grows with the attempts: base times two to the power of those before, between a half and one and a half', async () => {
    const held = await claimItem(state.db, token, 'y.5')
    await state.db.query(`UPDATE slip_queue SET attempts = 4 WHERE htid = 'y.5'`)
    await delayClaim(held, false)
    const from4To12Minutes = `available_at > ${later(state.db, 235)} AND available_at <= ${later(state.db, 720)}`
    expect(await state.db.query(`SELECT 1 FROM slip_queue WHERE htid = 'y.5' AND ${from4To12Minutes}`)).toHaveLength(1)
    await state.db.query(`DELETE FROM slip_queue WHERE htid = 'y.5'`)
  })
})

test('the mover takes no more rows than it may, those that are due before those further away than any delay', async () => {
  const { db } = state
  await db.query('DELETE FROM slip_queue')
  await change(db, ['f.1', 'f.2', 'f.3'])
  await enqueue(db, ['f.1', 'f.2', 'f.3'])
  await db.query(`UPDATE slip_queue SET state = 2, available_at = ${later(db, -1)}`)
  await db.query(`UPDATE slip_queue SET available_at = ${later(db, 90_000)} WHERE htid = 'f.1'`)
  const move = () => db.transaction((tx) => moveDue(tx, 2))
  expect(await move()).toBe(2)
  expect(await db.query('SELECT htid FROM slip_queue WHERE state = 2')).toEqual([{ htid: 'f.1' }])
  expect([await move(), await move()]).toEqual([1, 0])
})
