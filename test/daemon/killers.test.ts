import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { queueRow } from '../state/fixture.ts'
import { Door } from './door.ts'
import { openFirstDay } from './first-day.ts'
import type { Library } from './library.ts'
import { endAll, runOnce } from './processes.ts'

/** A document that breaks its engine, and an engine that breaks over all. Each run is another process. */
let library: Library
let door: Door
/** Of one shard, in the order in which the engine writes them. */
let some: string[]
beforeAll(async () => {
  library = await openFirstDay({
    engineThrough: async (url) => {
      const opened = await Door.to(url)
      door = opened.door
      return opened.url
    },
  })
  const indexed = await rows(`SELECT htid, shard FROM slip_indexed WHERE presence = 'indexed' ORDER BY htid`)
  const shards = [...Map.groupBy(indexed, ({ shard }) => shard).values()].sort((a, b) => b.length - a.length)
  some = shards[0]!.slice(0, 6).map(({ htid }) => htid as string)
}, 120_000)
beforeEach(() => ask(some))
afterEach(async () => {
  await endAll()
  door.set(true)
  door.breakOver()
})
afterAll(async () => {
  door.close()
  await library.close()
})

const rows = (sql: string) => library.state.db.query(sql)
const ask = (htids: readonly string[]) =>
  library.state.db.transaction((tx) => requestItems(tx, 'main', htids, { lane: 'ops', reason: 'test' }))

/** A process, after a lease has passed and what was suspended may be tried. */
async function run() {
  await library.passLease()
  await rows('DELETE FROM slip_breaker')
  return runOnce('index', library.configFile)
}

test('a document that breaks every connection it comes by is an error after three processes, and its neighbours are indexed meanwhile', async () => {
  const killer = some.at(-1) as string
  door.breakOver(killer)
  await run()
  expect(await rows('SELECT htid, state, lane, attempts, strikes, refusals FROM slip_queue')).toEqual([
    { htid: killer, state: 2, lane: 0, attempts: 0, strikes: 0, refusals: 0 },
  ])
  const counted: number[] = []
  for (let row = await queueRow(library.state.db, killer); row !== undefined; ) {
    counted.push(row.refusals)
    await ask(some.slice(0, 1))
    await run()
    row = await queueRow(library.state.db, killer)
  }
  // suspects come last, so that another was taken since the failure before
  expect(counted).toEqual([0, 1, 2])
  expect(await rows(`SELECT code, message FROM slip_errors WHERE htid = '${killer}' AND resolved_at IS NULL`)).toEqual([
    { code: 'ENGINE_REFUSES_ALONE', message: expect.stringContaining('alone; last: ') },
  ])
  expect(await rows('SELECT 1 FROM slip_queue')).toEqual([])
  expect(await library.violations()).toEqual([])
}, 180_000)

test('an engine that is dead makes no suspect', async () => {
  door.set(false)
  for (let time = 0; time < 2; time++) expect((await run()).code).toBe(7)
  expect(await rows('SELECT 1 FROM slip_queue WHERE lane = 0 OR failed_at IS NOT NULL OR refusals > 0')).toEqual([])
}, 120_000)

test('an engine that answers and takes nothing refuses nobody, and when it takes again all are indexed', async () => {
  // the marker is a document as well
  door.breakOver('INSERT INTO document', 'UPDATE document')
  for (let time = 0; time < 5; time++) await run()
  expect(await rows('SELECT 1 FROM slip_queue WHERE lane = 0')).not.toEqual([])
  expect(await rows('SELECT 1 FROM slip_queue')).toHaveLength(some.length)
  expect(await rows('SELECT 1 FROM slip_queue WHERE refusals > 0 OR strikes > 0 OR attempts > 0')).toEqual([])
  door.breakOver()
  await run()
  expect(await rows('SELECT 1 FROM slip_queue')).toEqual([])
  expect(await library.violations()).toEqual([])
}, 180_000)
