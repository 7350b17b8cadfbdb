import { afterAll, beforeAll, expect, test } from 'vitest'
import { countQueue, listQueue, newestQueued, type QueueSelection } from '../../src/state/audit/queue-list.ts'
import { change, claimBucket, enqueue, openState, type State, worker } from './fixture.ts'

let state: State
const five = ["q.'1", 'q.%2', 'q.3', 'q.4', 'q.5']
beforeAll(async () => {
  state = await openState()
  const { db } = state
  await change(db, five)
  await enqueue(db, five)
  await claimBucket(db, await worker(db), { batch: 1 })
  await db.query(`UPDATE slip_queue SET lane = 3, shard = 2, reason = 'sweep' WHERE htid IN ('q.3', 'q.4')`)
  await db.query(
    `UPDATE slip_queue SET state = 2, enqueued_at = '2026-01-01', available_at = '2026-01-02' WHERE htid = 'q.5'`,
  )
})
afterAll(() => state.close())

test('pages in id order hold every row once, lane and state by name', async () => {
  const seen: string[] = []
  for (;;) {
    const page = await listQueue(state.db, 'main', {}, { after: seen.at(-1) ?? '', limit: 2 })
    seen.push(...page.map(({ htid }) => htid))
    if (page.length < 2) break
  }
  expect(seen).toEqual(five.toSorted())
  const [delayed] = await listQueue(state.db, 'main', { state: 'delayed' }, { after: '', limit: 2 })
  expect(delayed).toMatchObject({ htid: 'q.5', lane: 'daily', state: 'delayed', hold: false, claim_token: null })
  expect(delayed?.available_at).toMatch(/^2026-01-02 00:00:00/)
})

test('each selection selects, and together they narrow', async () => {
  const [claimed] = await listQueue(state.db, 'main', { state: 'claimed' }, { after: '', limit: 9 })
  const items = async (selection: QueueSelection) => {
    const listed = await listQueue(state.db, 'main', selection, { after: '', limit: 9 })
    const counted = await countQueue(state.db, { target: 'main', ...selection })
    expect(counted.reduce((sum, row) => sum + row.items, 0)).toBe(listed.length)
    return listed.map(({ htid }) => htid)
  }
  expect(claimed?.host).toBe('host-a')
  expect(await items({ lane: 'bulk' })).toEqual(['q.3', 'q.4'])
  expect(await items({ lane: 'alone' })).toEqual([])
  expect(await items({ shard: 2, reason: 'sweep', state: 'ready' })).toEqual(['q.3', 'q.4'])
  expect(await items({ shard: 0, state: 'ready' })).toHaveLength(1)
  expect(await items({ since: '2026-01-01 00:00:01' })).toHaveLength(4)
  expect(await items({ htids: ["q.'1", 'q.%2', 'q.%'] })).toHaveLength(2)
  expect(await items({ htids: [] })).toEqual([])
})

test('rows are counted by target, lane and state', async () => {
  expect(await countQueue(state.db, {})).toEqual([
    { target: 'main', lane: 'daily', state: 'ready', items: 1 },
    { target: 'main', lane: 'daily', state: 'claimed', items: 1 },
    { target: 'main', lane: 'daily', state: 'delayed', items: 1 },
    { target: 'main', lane: 'bulk', state: 'ready', items: 2 },
  ])
})

test('the rows enqueued last come newest first', async () => {
  const newest = await newestQueued(state.db, {}, 9)
  expect(newest).toHaveLength(five.length)
  expect(newest.at(-1)?.htid).toBe('q.5')
  expect(await newestQueued(state.db, {}, 2)).toEqual(newest.slice(0, 2))
})
