import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Claimer } from '../../src/indexer/claimer.ts'
import { ReadBounds } from '../../src/indexer/read-bounds.ts'
import type { Connection, Database } from '../../src/state/connection.ts'
import { change, enqueue, openState, queueRow, type State, settleAll, worker } from '../state/fixture.ts'
import { recorded, type Statement } from '../state/recorded.ts'

let state: State
let token: string
beforeAll(async () => {
  state = await openState()
  token = await worker(state.db)
})
afterAll(() => state.close())

const target = { name: 'main', engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap: 60_000 }
const claimer = () => new Claimer(state.db, token, target, { batch: 10, shares: { daily: 5, ops: 2, bulk: 1 } })

test('a row that was put into its true bucket is claimed in the same round, though that bucket was looked into before', async () => {
  const pauses = await Pauses.read(state.db)
  const first = claimer()
  await change(state.db, ['a.1'])
  await enqueue(state.db, ['a.1'])
  // bucket 0 has served: the next round starts behind it and comes to it last
  await settleAll(state.db, (await first.next(pauses))!)
  await change(state.db, ['a.1'], { title: 1 })
  await enqueue(state.db, ['a.1'])
  await state.db.query(`UPDATE slip_queue SET shard = 0 WHERE htid = 'a.1'`)
  const held = await first.next(pauses)
  expect(held?.items).toMatchObject([{ htid: 'a.1', rev: 2 }])
  await settleAll(state.db, held!)
  expect(await first.next(pauses)).toBeNull()
  expect(await queueRow(state.db, 'a.1')).toBeUndefined()
})

test('a suspect is left while anything is under way, which is told: it may end before anybody asks', async () => {
  const pauses = await Pauses.read(state.db)
  let dry = false
  const options = { batch: 10, shares: { daily: 5, ops: 2, bulk: 1 } }
  const alone = new Claimer(state.db, token, target, options, { isDry: () => dry, runDrySoon: async () => dry })
  await change(state.db, ['a.2'])
  await enqueue(state.db, ['a.2'])
  await state.db.query(`UPDATE slip_queue SET lane = 0 WHERE htid = 'a.2'`)
  expect([await alone.next(pauses), alone.leftSuspects]).toEqual([null, true])
  dry = true
  const held = await alone.next(pauses)
  expect(held).toMatchObject({ lane: 0, items: [{ htid: 'a.2' }] })
  await settleAll(state.db, held!)
  expect([await alone.next(pauses), alone.leftSuspects]).toEqual([null, false])
})

test('in its turn a suspect is not claimed beside what other targets do not end, and the rest goes on', async () => {
  const pauses = await Pauses.read(state.db)
  let now = 0
  let dry = false
  const underWay = { isDry: (target?: string) => target !== undefined || dry, runDrySoon: async () => dry }
  const options = { batch: 10, shares: { daily: 5, ops: 2, bulk: 1 }, now: () => now }
  const alone = new Claimer(state.db, token, target, options, underWay)
  expect(await alone.next(pauses)).toBeNull()
  await change(state.db, ['s.1', 's.2'])
  await enqueue(state.db, ['s.1', 's.2'])
  await state.db.query(`UPDATE slip_queue SET lane = 0 WHERE htid = 's.1'`)
  now = 30_000
  const beside = await alone.next(pauses)
  expect(beside).toMatchObject({ lane: 1, items: [{ htid: 's.2' }] })
  await settleAll(state.db, beside!)
  expect([await alone.next(pauses), alone.leftSuspects]).toEqual([null, true])
  // its next turn, in which it goes before all else
  await change(state.db, ['s.3'])
  await enqueue(state.db, ['s.3'])
  now = 60_000
  dry = true
  for (const htid of ['s.1', 's.3']) {
    const held = await alone.next(pauses)
    expect(held?.items).toMatchObject([{ htid }])
    await settleAll(state.db, held!)
  }
})

test('buckets that were empty are read from their beginning only when there is nothing else, and then all are', async () => {
  let now = 0
  const begun: unknown[] = []
  const onStatement = ({ sql, values }: Statement) => {
    if (!sql.includes('seq >=') || values[state.db.dialect === 'postgres' ? 4 : 3] !== 0) return
    begun.push(values)
    now += 1_000
  }
  const slow = (work: (tx: Connection) => Promise<never>) => (tx: Connection) => work(recorded(tx, { onStatement }))
  const db: Database = {
    ...state.db,
    statement: (work) => state.db.statement(slow(work as never)),
    transaction: (work) => state.db.transaction(slow(work as never)),
  }
  const options = { batch: 10, shares: { daily: 5, ops: 2, bulk: 1 }, bounds: new ReadBounds(() => now) }
  const patient = new Claimer(db, token, target, options)
  const pauses = await Pauses.read(db)
  expect(await patient.next(pauses)).toBeNull()
  expect(begun.length).toBeGreaterThan(3)

  begun.length = 0
  await change(state.db, ['a.3'])
  await enqueue(state.db, ['a.3'])
  await state.db.query(`UPDATE slip_queue SET lane = 3 WHERE htid = 'a.3'`)
  const held = await patient.next(pauses)
  expect([held, begun]).toMatchObject([{ lane: 3, items: [{ htid: 'a.3' }] }, []])
  await settleAll(state.db, held!)

  await change(state.db, ['a.4'])
  await enqueue(state.db, ['a.4'])
  await state.db.query(`UPDATE slip_queue SET seq = 1 WHERE htid = 'a.4'`)
  const found = await patient.next(pauses)
  expect(found).toMatchObject({ lane: 1, items: [{ htid: 'a.4' }] })
  await settleAll(state.db, found!)
})

test('what a suspect is waited for before it is claimed takes nothing from its lease', async () => {
  let dryAt = Number.POSITIVE_INFINITY
  const runDrySoon = async () => {
    dryAt = performance.now()
    return true
  }
  let now = 0
  const options = { batch: 10, shares: { daily: 5, ops: 2, bulk: 1 }, now: () => now }
  const alone = new Claimer(state.db, token, target, options, { isDry: () => true, runDrySoon })
  const pauses = await Pauses.read(state.db)
  expect(await alone.next(pauses)).toBeNull()
  await change(state.db, ['l.1'])
  await enqueue(state.db, ['l.1'])
  await state.db.query(`UPDATE slip_queue SET lane = 0 WHERE htid = 'l.1'`)
  now = 30_000
  const held = await alone.next(pauses)
  expect(held?.items).toMatchObject([{ htid: 'l.1' }])
  expect(alone.askedAt).toBeGreaterThanOrEqual(dryAt)
  await settleAll(state.db, held!)
})

test('a shard is tried out by ten items at most, and by its suspects only where it has nothing else and nothing is under way', async () => {
  const pauses = await Pauses.read(state.db)
  let dry = false
  const options = { batch: 100, shares: { daily: 5, ops: 2, bulk: 1 } }
  const underWay = { isDry: () => false, runDrySoon: async () => dry }
  const trying = new Claimer(state.db, token, target, options, underWay)
  const htids = Array.from({ length: 12 }, (_, n) => `t.${n + 10}`)
  await change(state.db, htids)
  await enqueue(state.db, htids)
  await state.db.query(`UPDATE slip_queue SET shard = 1, lane = CASE WHEN htid = 't.10' THEN 0 ELSE lane END`)
  const only = (shard: number) =>
    trying.next(pauses, {
      suspended: () => false,
      busy: () => false,
      uncompared: new Set(),
      deletesOnly: false,
      only: shard,
    })
  expect([await only(2), trying.leftSuspects]).toEqual([null, false])
  for (const expected of [10, 1]) {
    const held = await only(1)
    expect([held?.lane, held?.items.length]).toEqual([1, expected])
    await settleAll(state.db, held!)
  }
  expect([await only(1), trying.leftSuspects]).toEqual([null, true])
  dry = true
  const held = await only(1)
  expect([held?.lane, held?.items.map(({ htid }) => htid)]).toEqual([0, ['t.10']])
  await settleAll(state.db, held!)
})
