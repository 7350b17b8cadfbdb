import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ChoreRunner } from '../../src/daemon/chores/chore.ts'
import { sweepChore } from '../../src/daemon/chores/sweep.ts'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { WholeSweep } from '../../src/enqueue/sweep-whole.ts'
import { EventBus } from '../../src/events/bus.ts'
import { beginSweepAnew, readSweep, type SweepCursor, sweepPage } from '../../src/state/audit/sweep.ts'
import { parseScope, pause, resume } from '../../src/state/control/pause.ts'
import { readMoves } from '../../src/state/control/watermark-history.ts'
import {
  change,
  claimBucket,
  enqueue,
  later,
  openState,
  queueRow,
  type State,
  untilBlocked,
  worker,
} from '../state/fixture.ts'

let state: State
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
  await change(state.db, ['a.1', 'b.1', 'c.1'])
})
beforeEach(() => state.db.query('DELETE FROM slip_queue'))
afterAll(() => state.close())

const target = { name: 'main', engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap: 60_000 }
const queued = async () => (await state.db.query('SELECT 1 FROM slip_queue')).length

test('a whole sweep reads every item, however far others have moved the cursor they share', async () => {
  await state.db.transaction((tx) => sweepPage(tx, 'main', 2))
  await state.db.query('DELETE FROM slip_queue')
  const sweep = new WholeSweep(state.db, new EventBus(), target)
  while (await sweep.step());
  expect(await queued()).toBe(3)
})

test('a whole sweep releases claimed rows whose claim is gone', async () => {
  await enqueue(state.db, ['a.1'])
  await claimBucket(state.db, token)
  await state.db.query('DELETE FROM slip_claim')
  const sweep = new WholeSweep(state.db, new EventBus(), target)
  while (await sweep.step());
  expect(await queueRow(state.db, 'a.1')).toMatchObject({ state: 0, lane: 0, strikes: 1, attempts: 0 })
})

for (const scope of ['all', 'stage:enqueue', 'target:main']) {
  test(`the sweep rests while ${scope} is paused, and goes on at once when it is resumed`, async () => {
    const chore = { ...sweepChore(target, { period: 3_600_000, rate: 1_000 }, new EventBus()), later: false }
    const runner = new ChoreRunner(state.db, new EventBus(), token, [chore])
    await state.db.query('DELETE FROM slip_duty')
    await pause(state.db, parseScope(scope), { by: 'test', reason: '' })
    await runner.runDue(await Pauses.read(state.db))
    expect(await queued()).toBe(0)
    await resume(state.db, parseScope(scope))
    await state.db.query(`DELETE FROM slip_watermark WHERE stage = 'sweep'`)
    await runner.runDue(await Pauses.read(state.db))
    expect(await queued()).toBe(3)
  })
}

/** A page of the shared sweep, `size` ids, resting for an hour between two passes. */
const page = (size: number, periodMs = 3_600_000) => state.db.transaction((tx) => sweepPage(tx, 'main', size, periodMs))
const startOver = () => state.db.query(`DELETE FROM slip_watermark WHERE stage = 'sweep'`)

test('a sweep rests from its end until its period is over, and begins at once when the clock was set back since', async () => {
  await startOver()
  expect(await page(2)).toMatchObject({ read: 2, whole: false })
  expect(await page(2)).toMatchObject({ read: 1, whole: true })
  expect(await page(2)).toBeNull()
  for (const seconds of [-3_601, 60]) {
    const [row] = await state.db.query<{ t: string }>(`SELECT ${later(state.db, seconds)} AS t`)
    const value = JSON.stringify({ after: '', since: row?.t, read: 3, enqueued: 0 })
    await state.db.query(`UPDATE slip_watermark SET value = '${value}' WHERE stage = 'sweep'`)
    expect(await page(9)).toMatchObject({ whole: true })
  }
})

test('a sweep in the middle goes on, however long ago it began', async () => {
  await startOver()
  await page(2)
  const value = (await readSweep(state.db, 'main')) as SweepCursor
  await state.db.query(
    `UPDATE slip_watermark SET value = '${JSON.stringify({ ...value, since: '2026-01-01 00:00:00' })}' WHERE stage = 'sweep'`,
  )
  expect(await page(2)).toMatchObject({ read: 1, whole: true })
  expect(await readSweep(state.db, 'main')).toMatchObject({ after: '', read: 3 })
})

test('a sweep begins anew at once when it is told to, at rest and in the middle, also while a page of it is being read', async () => {
  const anew = (db = state.db) => db.transaction((tx) => beginSweepAnew(tx, 'main'))
  await startOver()
  await page(9)
  expect(await page(9)).toBeNull()
  await anew()
  expect(await page(2)).toMatchObject({ read: 2, last: 'b.1' })
  await anew()
  expect(await page(2)).toMatchObject({ read: 2, last: 'b.1' })
  const other = await state.another()
  let begun: Promise<void> | undefined
  await state.db.transaction((tx) => {
    const query: typeof tx.query = async (sql, values) => {
      // its place was read, and is not written yet
      if (sql.includes('FROM slip_rights') && begun === undefined) {
        begun = anew(other)
        await untilBlocked(state.db)
      }
      return tx.query(sql, values)
    }
    return sweepPage({ ...tx, query }, 'main', 2, 3_600_000)
  })
  await begun
  expect(await page(9)).toMatchObject({ read: 3, whole: true })
})

test('a sweep is counted whole over its pages, and one that found something is in the history', async () => {
  await startOver()
  await state.db.query('DELETE FROM slip_watermark_history')
  await page(2)
  await page(2)
  expect(await readSweep(state.db, 'main')).toMatchObject({ read: 3, enqueued: 3 })
  await page(9, 0)
  expect(await readSweep(state.db, 'main')).toMatchObject({ read: 3, enqueued: 0 })
  const [move, ...others] = await readMoves(state.db, 10)
  expect(others).toEqual([])
  expect(move).toMatchObject({
    stage: 'sweep',
    name: 'main',
    movedBy: 'pass',
    value: expect.stringContaining('"enqueued":3'),
  })
})

test('what a hand edit left as cursor of the sweep starts it over', async () => {
  for (const value of ['', 'b.1', '{"after":1}', 'null', '[]']) {
    await startOver()
    await page(2)
    await state.db.query(`UPDATE slip_watermark SET value = '${value}' WHERE stage = 'sweep'`)
    expect(await page(9), value).toMatchObject({ read: 3, whole: true })
  }
})

test('the sweep of a target keeps to its rate, and leaves one that is being filled to the filler', async () => {
  const chore = (rate: number) => sweepChore(target, { period: 3_600_000, rate }, new EventBus())
  expect([1, 200, 1_000, 100_000].map((rate) => chore(rate).periodMs)).toEqual([10_000, 10_000, 10_000, 100])
  await startOver()
  await state.db.query(`UPDATE slip_target SET state = 'filling'`)
  const runner = new ChoreRunner(state.db, new EventBus(), token, [{ ...chore(1_000), later: false }])
  await state.db.query('DELETE FROM slip_duty')
  await runner.runDue(await Pauses.read(state.db))
  expect(await queued()).toBe(0)
  await state.db.query(`UPDATE slip_target SET state = 'live'`)
})
