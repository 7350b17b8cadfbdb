import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Engine } from '../../src/shards/engine.ts'
import { later } from '../state/fixture.ts'
import { askAnew } from './ask-again.ts'
import { type Library, openLibrary } from './library.ts'
import { linesOf, type OpenedLines } from './lines.ts'
import { runOnce } from './processes.ts'

let library: Library
let lines: OpenedLines
beforeAll(async () => {
  library = await openLibrary({ second: true })
  library.lay('day-1')
  await runOnce('rights', library.configFile)
})
beforeEach(() => askAnew(library))
afterEach(async () => {
  await lines.close()
  for (const table of ['slip_breaker', 'slip_control', 'slip_errors']) await rows(`DELETE FROM ${table}`)
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)
const ledger = (target: string) =>
  rows(`SELECT htid, rev, presence, digest, pages, bytes FROM slip_indexed WHERE target = '${target}' ORDER BY htid`)
const queued = (target: string) => rows(`SELECT htid, state, attempts FROM slip_queue WHERE target = '${target}'`)
const batches = (name: string) => lines.told.filter((each) => each.name === name).map(({ fields }) => fields)
const opens = (times: number) => [...lines.opens].filter(([, each]) => each === times).map(([htid]) => htid)

/** Each claim was told of and has ended, item by item. */
function expectBalance() {
  const ends = ['indexed', 'deleted', 'errors', 'delayed', 'returned', 'fencedOut']
  const ended = batches('index.batch').map((batch) => ends.reduce((sum, end) => sum + (batch[end] as number), 0))
  expect(ended).toEqual(batches('index.batch').map(({ claimed }) => claimed))
  expect(ended).toHaveLength(batches('index.claimed').length)
}

test('an item that two targets wait for is opened once, and each has it with its own fence', async () => {
  lines = await linesOf(library)
  await lines.run()
  expect(opens(1)).toHaveLength(lines.opens.size)
  expect(lines.opens.size).toBeGreaterThan(10)
  expect(await ledger('second')).toEqual(await ledger('main'))
  expect(await rows('SELECT 1 FROM slip_queue')).toEqual([])
  expect(await rows('SELECT 1 FROM slip_claim')).toEqual([])
  expect(await library.violations()).toEqual([])
  const fences = await rows(`SELECT target, htid, shard, fence FROM slip_indexed WHERE presence = 'indexed'`)
  for (const { target, htid, shard, fence } of fences) {
    const [held] = await (library.engines[target as string] as Engine).get(shard as number, [htid as string])
    expect(held?.fence).toBe(fence)
  }
  for (const [, both] of Map.groupBy(fences, ({ htid }) => htid))
    expect(new Set(both.map(({ fence }) => fence)).size).toBe(2)
  expectBalance()
})

test('what is held, delayed, skipped or to be deleted on one target is left so, and another revision has its own', async () => {
  const [held, delayed, gone, newer] = (
    await rows(`SELECT htid FROM slip_indexed WHERE target = 'main' AND presence = 'indexed' ORDER BY htid LIMIT 4`)
  ).map(({ htid }) => htid as string)
  const onSecond = (htid: string | undefined) => `WHERE target = 'second' AND htid = '${htid}'`
  await rows(`UPDATE slip_queue SET state = 3, hold = true ${onSecond(held)}`)
  await rows(`UPDATE slip_queue SET state = 2, available_at = ${later(library.state.db, 600)} ${onSecond(delayed)}`)
  await rows(`DELETE FROM slip_queue ${onSecond(gone)}`)
  await rows(`UPDATE slip_queue SET rev = rev + 1, gen = gen + 1 ${onSecond(newer)}`)
  const before = await ledger('second')
  lines = await linesOf(library)
  await lines.run()
  const queue = await queued('second')
  expect(queue.sort((one, other) => (one.state as number) - (other.state as number))).toEqual([
    { htid: delayed, state: 2, attempts: 0 },
    { htid: held, state: 3, attempts: 0 },
  ])
  const of = (all: Record<string, unknown>[], htid: string | undefined) => all.find((row) => row.htid === htid)
  const after = await ledger('second')
  for (const htid of [held, delayed, gone]) expect(of(after, htid)).toEqual(of(before, htid))
  const main = await ledger('main')
  expect(of(after, newer)).toMatchObject({ rev: (of(main, newer)?.rev as number) + 1, digest: of(main, newer)?.digest })
  expect(lines.opens.get(newer as string)).toBe(1)
  expectBalance()
})

test('a target whose posts stand still keeps no other waiting: what it cannot take is handed back unburnt, and done later', async () => {
  const gate = Promise.withResolvers<void>()
  const second = library.engines.second as Engine
  const slow: Engine = {
    ...second,
    post: (shard, documents, told) => gate.promise.then(() => second.post(shard, documents, told)),
  }
  lines = await linesOf(library, { second: slow })
  const waiting = async () => (await queued('main')).filter(({ state }) => (state as number) < 2).length
  while ((await waiting()) > 0) await lines.serve('main')
  expect((await ledger('main')).length).toBeGreaterThan(10)
  expect(await rows(`SELECT 1 FROM slip_queue WHERE target = 'second' AND attempts > 1`)).toEqual([])
  gate.resolve()
  await lines.run()
  expect(await ledger('second')).toEqual(await ledger('main'))
  expect(await library.violations()).toEqual([])
  expectBalance()
})

test('with --once a target whose posts are under way is asked again, for what it wrote is yet to be committed', async () => {
  const gate = Promise.withResolvers<void>()
  const second = library.engines.second as Engine
  const slow: Engine = {
    ...second,
    post: (shard, documents, told) => gate.promise.then(() => second.post(shard, documents, told)),
  }
  lines = await linesOf(library, { second: slow }, true)
  await lines.serve('main')
  let served: unknown
  do served = await lines.serve('second')
  while (served === 'worked')
  expect(served).toBe('waits')
  gate.resolve()
  await lines.run()
  expect(await ledger('second')).toEqual(await ledger('main'))
})

test('a target that dies while it goes along delays nobody, burns nothing, and catches up', async () => {
  const second = library.engines.second as Engine
  let isDead = true
  const mortal: Engine = {
    ...second,
    post: async (shard, documents, told) =>
      isDead ? documents.map(() => ({ kind: 'unavailable', message: 'away' })) : second.post(shard, documents, told),
  }
  lines = await linesOf(library, { second: mortal })
  const before = (await ledger('second')).length
  const waiting = async () => (await queued('main')).filter(({ state }) => (state as number) < 2).length
  while ((await waiting()) > 0) {
    await lines.serve('main')
    await lines.pipeline.runDry()
  }
  const left = await queued('second')
  expect(left.every(({ attempts }) => attempts === 0)).toBe(true)
  expect(await rows(`SELECT 1 FROM slip_errors WHERE target = 'second' AND code LIKE 'ENGINE%'`)).toEqual([])
  expect((await ledger('second')).length).toBe(before)
  isDead = false
  await rows('DELETE FROM slip_breaker')
  await library.passLease()
  await rows(`UPDATE slip_queue SET state = 0, available_at = NULL WHERE state = 2`)
  await lines.run()
  expect(await ledger('second')).toEqual(await ledger('main'))
  expect(await library.violations()).toEqual([])
  expectBalance()
})
