import { expect, test } from 'vitest'
import { compareChore } from '../../src/daemon/chores/compare.ts'
import { markerChore } from '../../src/daemon/chores/marker.ts'
import { compareShards } from '../../src/daemon/restore/compare-shards.ts'
import { repair, setbacks } from '../../src/operations/repair.ts'
import { recordRestored } from '../../src/operations/restored.ts'
import type { Engine } from '../../src/shards/engine.ts'
import type { Database } from '../../src/state/connection.ts'
import { shardStates } from '../../src/state/restore/shard-state.ts'
import { lookOf } from './do-chore.ts'
import { later } from './fixture.ts'
import { recorded } from './recorded.ts'
import { openWorldForFile, rows, some, world } from './restore-world/opened.ts'

const lane = { lane: 'bulk', dryRun: false } as const

openWorldForFile()

const mark = () => world.do(markerChore(world.pair, world.bus))
const compare = () => world.do(compareChore(world.pair, world.bus))
const repairAll = async () => repair(world.db, 'main', await setbacks(world.db, 'main'), lane)

/** What was settled until now was settled long ago. */
async function passTime() {
  await rows(`UPDATE slip_indexed SET time = ${later(world.db, -3600)}`)
  // the marker of now is sent with the next round
  await mark()
  await mark()
}

test('an engine set back to an older copy gets again what it lost: changed, added and deleted items', async () => {
  const [stay, changed, added, deleted] = [some('stay'), some('changed'), some('added'), some('deleted')]
  await world.indexed([...stay, ...changed, ...deleted])
  await passTime()
  const restores = [await world.tables.backUp(1), await world.tables.backUp(2)]
  world.say(changed, { title: 2 })
  world.say(added, { title: 1 })
  world.say(deleted, { attr: 8 })
  await world.run()
  await mark()
  expect((await compareShards(world.pair)).findings).toEqual([])
  for (const restore of restores) await restore()
  expect(await world.violations()).not.toEqual([])
  await compare()
  expect(await world.shardStates()).toEqual(['behind', 'behind'])
  const repaired = await repairAll()
  expect(repaired.reduce((sum, { requested }) => sum + requested, 0)).toBe(60)
  expect(await world.shardStates()).toEqual(['open', 'open'])
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('the ledger is read once for all shards that are behind, and what each lacks is counted by itself', async () => {
  await world.indexed(some('a'))
  await passTime()
  const restore = await world.tables.backUp(1)
  await mark()
  world.say(['a.0', 'a.2'], { title: 2 })
  await world.run()
  await restore()
  await world.tables.empty(2)
  await compare()
  const pages: string[] = []
  const onStatement = ({ sql }: { sql: string }) => sql.includes('slip_indexed WHERE') && pages.push(sql)
  const db: Database = {
    ...world.db,
    transaction: (work) => world.db.transaction((tx) => work(recorded(tx, { onStatement }))),
  }
  const found = await setbacks(db, 'main')
  const counts = [
    { shard: 1, requested: 2, whole: true },
    { shard: 2, requested: 10, whole: true },
  ]
  expect(await repair(db, 'main', found, { ...lane, dryRun: true })).toMatchObject(counts)
  expect(pages).toHaveLength(1)
  expect(await repair(db, 'main', found, lane)).toMatchObject(counts)
  expect(pages).toHaveLength(2)
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('of an emptied shard everything is requested, and nothing of the other', async () => {
  await world.indexed(some('a'))
  await passTime()
  await world.tables.empty(1)
  await compare()
  expect(await world.shardStates()).toEqual(['behind', 'open'])
  expect(await repairAll()).toMatchObject([{ shard: 1, from: 0, requested: 10, whole: true }])
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('a shard that is behind gets no new items, what it holds is claimed, and what it was before it is again', async () => {
  await world.indexed(some('a'))
  await passTime()
  await rows(`UPDATE slip_shard SET state = 'full', reason = 'disk' WHERE shard = 2`)
  await world.tables.empty(1)
  await world.tables.empty(2)
  await compare()
  world.say(some('a'), { title: 2 })
  world.say(['new.1'], { title: 1 })
  await world.readSources()
  await world.sweep()
  expect(await (await world.worker()).run()).toBe(20)
  expect(await rows('SELECT htid FROM slip_queue')).toEqual([{ htid: 'new.1' }])
  await repairAll()
  expect(await rows('SELECT state, reason, reason_before FROM slip_shard ORDER BY shard')).toEqual([
    { state: 'open', reason: '', reason_before: null },
    { state: 'full', reason: 'disk', reason_before: null },
  ])
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('commits go on while a shard is behind, and the oldest of two setbacks is repaired', async () => {
  await world.indexed(some('a'))
  await passTime()
  const oldest = await world.tables.backUp(1)
  await mark()
  const newer = await world.tables.backUp(1)
  await mark()
  await newer()
  await compare()
  const [first] = await setbacks(world.db, 'main')
  await mark()
  await mark()
  expect(await world.engine.marker(1)).toBeGreaterThan(first!.from)
  expect((await compareShards(world.pair)).findings).toEqual([])
  await oldest()
  await compare()
  const [second] = await setbacks(world.db, 'main')
  expect(second!.from).toBeLessThan(first!.from)
  // who repairs what he saw first must not take the shard for whole
  expect(await repair(world.db, 'main', [first!], lane)).toMatchObject([{ whole: false }])
  expect(await world.shardStates()).toEqual(['behind', 'open'])
  expect(await repair(world.db, 'main', [second!], lane)).toMatchObject([{ whole: true }])
})

test('a shard set back again to the same marker while it is repaired is not taken for whole', async () => {
  await world.indexed(some('a'))
  await passTime()
  const { durableAt } = (await shardStates(world.db, 'main'))[0]!
  const place = { db: world.db, engine: world.engine, target: 'main' }
  const again = () => recordRestored(place, { shard: 1, name: 'kept', durableAt })
  await again()
  const [first] = await setbacks(world.db, 'main')
  // the clock has not moved on since, or goes back
  await rows(`UPDATE slip_shard SET since = ${later(world.db, 3600)} WHERE shard = 1`)
  const [seen] = await setbacks(world.db, 'main')
  await again()
  const [second] = await setbacks(world.db, 'main')
  expect(second!.from).toBe(first!.from)
  expect(await repair(world.db, 'main', [seen!], lane)).toMatchObject([{ whole: false }])
  expect(await world.shardStates()).toEqual(['behind', 'open'])
  expect(await repair(world.db, 'main', [second!], lane)).toMatchObject([{ whole: true }])
  expect(await world.shardStates()).toEqual(['open', 'open'])
})

test('the marker that proves a setback is kept until the setback is written down', async () => {
  await world.indexed(some('a'))
  await passTime()
  const restore = await world.tables.backUp(1)
  await mark()
  await restore()
  const marker = await world.engine.marker(1)
  await mark()
  expect(await world.engine.marker(1)).toBe(marker)
  await compare()
  expect(await world.shardStates()).toEqual(['behind', 'open'])
})

test('a shard set back while its marker is being written is not taken for whole', async () => {
  await world.indexed(some('a'))
  await passTime()
  const restore = await world.tables.backUp(1)
  await mark()
  const engine: Engine = {
    ...world.engine,
    marker: async (shard) => {
      const marker = await world.engine.marker(shard)
      if (shard === 1) await restore()
      return marker
    },
  }
  await world.do(markerChore({ ...world.pair, engine }, world.bus))
  await compare()
  expect(await world.shardStates()).toEqual(['behind', 'open'])
})

test('a process that dies between marker and database makes no shard ahead or behind', async () => {
  await mark()
  await lookOf(markerChore(world.pair, world.bus))
  expect(await world.engine.marker(1)).not.toBeNull()
  expect((await compareShards(world.pair)).findings).toEqual([])
  await mark()
  expect((await compareShards(world.pair)).findings).toEqual([])
})

test('what is claimed while a shard is repaired is read again, for it may have been posted before', async () => {
  await world.indexed(some('a'))
  await passTime()
  const restore = await world.tables.backUp(1)
  const other = await world.tables.backUp(2)
  await mark()
  world.say(some('a'), { title: 2 })
  await world.readSources()
  await world.sweep()
  const indexer = await world.worker()
  const held: [Awaited<ReturnType<typeof indexer.claim>>, Awaited<ReturnType<typeof indexer.post>>][] = []
  for (let claim = await indexer.claim(); claim !== null; claim = await indexer.claim())
    held.push([claim, await indexer.post(claim)])
  await restore()
  await other()
  await compare()
  expect(await world.shardStates()).toEqual(['behind', 'behind'])
  await repairAll()
  for (const [claim, outcomes] of held) await indexer.settle(claim!, outcomes)
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('nothing is behind: a repair does nothing', async () => {
  await world.indexed(some('a'))
  await mark()
  expect(await repairAll()).toEqual([])
  expect(await rows('SELECT 1 FROM slip_queue')).toEqual([])
})

test('a shard that a person set back is behind from its marker on, or from the beginning, whatever was newest', async () => {
  await world.indexed(some('a'))
  const record = async (shard: number) => {
    const { durableAt } = (await shardStates(world.db, 'main'))[shard - 1]!
    return recordRestored({ db: world.db, engine: world.engine, target: 'main' }, { shard, name: 'kept', durableAt })
  }
  // no marker was ever said or sent
  expect(await record(2)).toEqual({ shard: 2, from: 0 })
  expect(await world.shardStates()).toEqual(['open', 'behind'])
  await mark()
  await mark()
  const marker = (await world.engine.marker(1)) as number
  expect(await compareShards(world.pair)).toMatchObject({ findings: [] })
  expect(await record(1)).toEqual({ shard: 1, from: marker })
  // of several the oldest wins
  expect(await record(2)).toEqual({ shard: 2, from: 0 })
  expect(await rows(`SELECT state, reason FROM slip_shard ORDER BY shard`)).toEqual([
    { state: 'behind', reason: expect.stringMatching(/^the shard was set back to snapshot kept: its marker is of 20/) },
    { state: 'behind', reason: expect.any(String) },
  ])
  const behind = (await setbacks(world.db, 'main')).map(({ from }) => from)
  expect(behind).toEqual([marker, 0])
  expect(await compareShards(world.pair)).toMatchObject({ findings: [] })
  const repaired = await repairAll()
  expect(repaired.map(({ whole }) => whole)).toEqual([true, true])
  await (await world.worker()).run()
  expect(await world.shardStates()).toEqual(['open', 'open'])
  expect(await world.violations()).toEqual([])
})
