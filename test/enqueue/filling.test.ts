import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Filler } from '../../src/enqueue/filler.ts'
import { Follower } from '../../src/enqueue/follower.ts'
import { WholeSweep } from '../../src/enqueue/sweep-whole.ts'
import { EventBus } from '../../src/events/bus.ts'
import { becomeLive, fillStep } from '../../src/state/control/fill.ts'
import { applyTarget, type KnownTarget, listTargets } from '../../src/state/control/target.ts'
import { lanes } from '../../src/state/queue/lanes.ts'
import { change, claimInside, later, openState, type State, worker } from '../state/fixture.ts'

let state: State
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
})
beforeEach(async () => {
  for (const table of ['slip_queue', 'slip_indexed', 'slip_duty']) await state.db.query(`DELETE FROM ${table}`)
  await state.db.query(`DELETE FROM slip_watermark WHERE name = 'second'`)
  await state.db.query(`DELETE FROM slip_shard WHERE target = 'second'`)
  await state.db.query(`DELETE FROM slip_target WHERE name = 'second'`)
})
afterAll(() => state.close())

const settings = { engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap: 60_000 }
async function add(): Promise<KnownTarget> {
  await state.db.transaction((tx) => applyTarget(tx, { name: 'second', ...settings }))
  return second()
}
async function second(): Promise<KnownTarget> {
  return (await listTargets(state.db)).find(({ name }) => name === 'second') as KnownTarget
}
const queued = () => state.db.query(`SELECT htid, lane FROM slip_queue WHERE target = 'second' ORDER BY htid`)
const fill = (target: KnownTarget, by = token) => new Filler(state.db, new EventBus(), by, target)
const step = (size: number) => state.db.transaction((tx) => fillStep(tx, 'second', size))
/** As if all that is queued had been indexed. */
async function index() {
  await state.db.query(
    `INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, digest, time)
     SELECT 'second', r.htid, 1, r.rev, 1, 'indexed', r.digest, CURRENT_TIMESTAMP(6) FROM slip_rights r
     JOIN slip_queue q ON q.target = 'second' AND q.htid = r.htid`,
  )
  await state.db.query(`DELETE FROM slip_queue WHERE target = 'second'`)
}

test('a target of a system without items is live at once, and its watermark reads them from the beginning', async () => {
  expect((await add()).state).toBe('live')
  expect(await state.db.query(`SELECT 1 FROM slip_watermark WHERE name = 'second'`)).toEqual([])
})

test('a target added to a system with items is filled in lane bulk, and what changes meanwhile comes in lane daily', async () => {
  await change(state.db, ['a.1', 'b.1', 'c.1'])
  // before the overlap the new watermark begins with
  await state.db.query(`UPDATE slip_rights SET insert_time = '2026-01-01 00:00:00'`)
  const target = await add()
  expect(target.state).toBe('filling')
  await change(state.db, ['b.1'], { title: 1 })
  const follower = new Follower(state.db, new EventBus(), target)
  while (await follower.step());
  expect(await queued()).toEqual([{ htid: 'b.1', lane: lanes.daily }])
  const filler = fill(target)
  while (await filler.step());
  expect(await queued()).toEqual([
    { htid: 'a.1', lane: lanes.bulk },
    { htid: 'b.1', lane: lanes.daily },
    { htid: 'c.1', lane: lanes.bulk },
  ])
})

test('a target is live once a whole sweep found nothing and its lane bulk is empty, and not before either', async () => {
  await add()
  expect(await step(2)).toMatchObject({ page: { enqueued: 2, whole: false } })
  expect(await step(2)).toMatchObject({ page: { enqueued: 1, whole: true } })
  // bulk is not empty: there is nothing to be gained by reading all again
  expect(await step(2)).toMatchObject({ page: null, becameLive: false })
  await index()
  // what the first sweep found was counted for the first sweep only
  expect(await step(10)).toMatchObject({ page: { enqueued: 0, whole: true }, becameLive: false })
  expect((await second()).state).toBe('filling')
  await state.db.query(
    `INSERT INTO slip_queue (target, htid, seq, lane, action, rev, enqueued_at, reason)
     VALUES ('second', 'a.1', 1, 3, 'index', 1, CURRENT_TIMESTAMP(6), 'test')`,
  )
  expect(await step(10)).toMatchObject({ page: null, becameLive: false })
  await state.db.query('DELETE FROM slip_queue')
  expect(await step(10)).toMatchObject({ page: null, becameLive: true })
  expect((await second()).state).toBe('live')
  expect(await step(10)).toMatchObject({ page: null, state: 'other' })
})

test('what of bulk is ready, claimed or delayed keeps a target from being live, and no other lane does', async () => {
  await add()
  await step(10)
  const { db } = state
  const [first] = await queued()
  await db.query(`DELETE FROM slip_queue WHERE htid <> '${first?.htid}'`)
  await db.query(`UPDATE slip_queue SET target = 'main'`)
  const held = await db.transaction((tx) => claimInside(tx, token, { lane: lanes.bulk }))
  expect(held.items).toHaveLength(1)
  for (const table of ['slip_queue', 'slip_claim']) await db.query(`UPDATE ${table} SET target = 'second'`)
  const isLive = () => db.transaction(async (tx) => (await becomeLive(tx, 'second')) || undefined)
  const becomes = (set: string) => db.query(`UPDATE slip_queue SET ${set}`).then(isLive)
  expect(await isLive()).toBeUndefined()
  await db.query('DELETE FROM slip_claim')
  const unclaimed = 'claim_token = NULL, claimed_rev = NULL, claimed_gen = NULL'
  expect(await becomes(`state = 0, ${unclaimed}`)).toBeUndefined()
  expect(await becomes(`state = 2, available_at = ${later(db, 60)}`)).toBeUndefined()
  expect(await becomes(`lane = ${lanes.daily}`)).toBe(true)
})

test('rows that a person holds do not keep a target from being live', async () => {
  const target = await add()
  const filler = fill(target)
  while (await filler.step());
  await state.db.query(`UPDATE slip_queue SET hold = TRUE, state = 3 WHERE target = 'second'`)
  while (await filler.step());
  await filler.step()
  expect((await second()).state).toBe('live')
})

test('two daemons fill a target one after the other', async () => {
  const target = await add()
  const another = await worker(state.db, 'host-b')
  expect(await fill(target).step()).toBe(true)
  expect(await fill(target, another).step()).toBe(false)
})

test('--once fills a target, and makes it live when there was nothing left to fill', async () => {
  const target = await add()
  const sweep = async () => {
    const whole = new WholeSweep(state.db, new EventBus(), target)
    while (await whole.step());
  }
  await sweep()
  expect((await second()).state).toBe('filling')
  await index()
  await sweep()
  expect((await second()).state).toBe('live')
})

test('applying a target again changes neither its state nor its watermark', async () => {
  await add()
  const before = await state.db.query(`SELECT value FROM slip_watermark WHERE name = 'second'`)
  expect(before).toHaveLength(1)
  expect((await add()).state).toBe('filling')
  expect(await state.db.query(`SELECT value FROM slip_watermark WHERE name = 'second'`)).toEqual(before)
})
