import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ChoreRunner } from '../../src/daemon/chores/chore.ts'
import { sweepChore } from '../../src/daemon/chores/sweep.ts'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { WholeSweep } from '../../src/enqueue/sweep-whole.ts'
import { EventBus } from '../../src/events/bus.ts'
import { sweepPage } from '../../src/state/audit/sweep.ts'
import { parseScope, pause, resume } from '../../src/state/control/pause.ts'
import { change, claimBucket, enqueue, openState, queueRow, type State, worker } from '../state/fixture.ts'

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
