import { expect, test } from 'vitest'
import { compareChore } from '../../src/daemon/chores/compare.ts'
import { markerChore } from '../../src/daemon/chores/marker.ts'
import { compareShards, recordFindings } from '../../src/daemon/restore/compare-shards.ts'
import { adopt } from '../../src/operations/adopt.ts'
import type { Engine } from '../../src/shards/engine.ts'
import type { Database } from '../../src/state/connection.ts'
import { setAhead } from '../../src/state/restore/shard-state.ts'
import { document } from '../conformance/engine/documents.ts'
import { backUp } from './restore-world/copy.ts'
import {
  aheadOf,
  future,
  oneIn,
  openWorldForFile,
  options,
  rows,
  shardOf,
  some,
  world,
} from './restore-world/opened.ts'

openWorldForFile()

test('what is claimed, posted and settled while a shard is compared is no finding, whenever it happens', async () => {
  world.say(some('a'), { title: 1 })
  await world.readSources()
  await world.sweep()
  const indexer = await world.worker()
  let settle: (() => Promise<unknown>) | undefined
  const engine: Engine = {
    ...world.engine,
    highestFence: async (shard) => {
      const claim = settle === undefined ? await indexer.claim() : null
      if (claim !== null) {
        const outcomes = await indexer.post(claim)
        settle = () => indexer.settle(claim, outcomes)
      }
      return world.engine.highestFence(shard)
    },
  }
  let settled = 0
  const db: Database = {
    ...world.db,
    dialect: world.db.dialect,
    query: async (sql, values) => {
      const found = await world.db.query(sql, values)
      if (/FROM slip_(queue|indexed)/.test(sql) && settled++ === 0) await settle?.()
      return found as never
    },
  }
  expect((await compareShards({ ...world.pair, engine, db })).findings).toEqual([])
  expect(settled).toBeGreaterThan(0)
})

test('while one shard is ahead nothing is claimed for it and nothing new is drawn; the other goes on, and deletes', async () => {
  const items = some('a')
  await world.indexed(items)
  const [here, there] = [oneIn(1, items), oneIn(2, items)]
  await world.engine.post(1, [document({ id: 'unknown.1', fence: future() })])
  world.say([here, there, 'new.1'], { title: 2 })
  world.say(['gone.1'], { title: 1 })
  await world.readSources()
  await world.sweep()
  world.say(['gone.1'], { attr: 8 })
  await world.readSources()
  await world.sweep()
  expect(await (await world.worker()).run()).toBe(2)
  expect(await world.shardStates()).toEqual(['ahead', 'open'])
  expect(world.events.map(({ name }) => name)).toContain('shard.ahead')
  expect(await rows('SELECT htid, state FROM slip_queue ORDER BY htid')).toEqual(
    [here, 'new.1'].sort().map((htid) => ({ htid, state: 0 })),
  )
})

test('a database put back under running daemons, which drew higher fences since, is found by its marker', async () => {
  await world.indexed(some('a'))
  await world.do(markerChore(world.pair, world.bus))
  const restore = await backUp(world.db)
  await world.do(markerChore(world.pair, world.bus))
  await world.do(markerChore(world.pair, world.bus))
  await restore()
  // claims go on: their fences are the highest, and known
  world.say(some('a'), { title: 2 })
  await world.readSources()
  await world.sweep()
  const indexer = await world.worker()
  for (let claim = await indexer.claim(); claim !== null; claim = await indexer.claim())
    await indexer.settle(claim, await indexer.post(claim))
  expect(await aheadOf()).toMatchObject([{ shard: 1 }, { shard: 2 }])
  // nothing is overwritten that proves it
  const markers = [await world.engine.marker(1), await world.engine.marker(2)]
  await world.do(markerChore(world.pair, world.bus))
  expect([await world.engine.marker(1), await world.engine.marker(2)]).toEqual(markers)
  await adopt(world.pair, options)
  expect(await aheadOf()).toEqual([])
})

test('an item that got a second shard from a database set back keeps that of the ledger, the other document goes', async () => {
  await world.indexed(some('a'))
  const fence = future()
  await world.engine.post(1, [document({ id: 'new.1', fence, title: 'of before the restore' })])
  // claimed before the shard was found to be ahead
  world.say(['new.1'], { title: 1 })
  await world.readSources()
  await world.sweep()
  await rows(`UPDATE slip_shard SET weight = 0 WHERE shard = 1`)
  const indexer = await world.worker()
  const claim = await indexer.claim()
  await indexer.settle(claim!, await indexer.post(claim!))
  expect(await shardOf('new.1')).toBe(2)
  await world.do(compareChore(world.pair, world.bus))
  expect(await adopt(world.pair, options)).toMatchObject({ strays: 1, raised: 1, differing: 0, ahead: [] })
  await world.run()
  expect(await world.violations()).toEqual([])
})

for (const what of ['fence', 'marker'] as const) {
  test(`a ${what} that is adopted while a worker compares is no finding any more when the worker writes it down`, async () => {
    if (what === 'fence') await world.engine.post(1, [document({ id: 'unknown.1', fence: future() })])
    else await world.engine.mark(1, null, future())
    const seen = (await compareShards(world.pair)).findings
    expect(seen).toMatchObject([{ kind: 'ahead', shard: 1 }])
    expect((await adopt(world.pair, options)).ahead).toEqual([])
    expect(await world.db.transaction((tx) => recordFindings(tx, 'main', seen))).toEqual([])
    expect(await world.shardStates()).toEqual(['open', 'open'])
  })
}

test('a shard is told to be ahead once, by whoever finds it first', async () => {
  await world.engine.post(1, [document({ id: 'unknown.1', fence: future() })])
  expect(
    await world.db.transaction((tx) => setAhead(tx, 'main', { shard: 1, fence: future(), marker: 0, reason: 'first' })),
  ).toBe(true)
  await world.do(compareChore(world.pair, world.bus))
  await (await world.worker()).run()
  expect(world.events.filter(({ name }) => name === 'shard.ahead')).toEqual([])
  expect(await rows(`SELECT reason FROM slip_shard WHERE shard = 1`)).toEqual([{ reason: 'first' }])
})
