import { expect, test } from 'vitest'
import { compareChore } from '../../src/daemon/chores/compare.ts'
import { adopt } from '../../src/operations/adopt.ts'
import { repair, setbacks } from '../../src/operations/repair.ts'
import type { Engine } from '../../src/shards/engine.ts'
import { readSweep, sweepPage } from '../../src/state/audit/sweep.ts'
import { setAhead, setBehind } from '../../src/state/restore/shard-state.ts'
import { document } from '../conformance/engine/documents.ts'
import { later } from './fixture.ts'
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

test('a shard that was full is full again when it was adopted', async () => {
  await world.indexed(some('a'))
  await rows(`UPDATE slip_shard SET state = 'full', reason = 'disk' WHERE shard = 1`)
  await world.engine.post(1, [document({ id: 'unknown.1', fence: future() })])
  await world.do(compareChore(world.pair, world.bus))
  expect(await world.shardStates()).toEqual(['ahead', 'open'])
  const adopted = await adopt(world.pair, options)
  expect(adopted).toMatchObject({ differing: 1, unowned: 1, ahead: [] })
  expect(await world.shardStates()).toEqual(['full', 'open'])
  expect(await rows('SELECT reason FROM slip_shard WHERE shard = 1')).toEqual([{ reason: 'disk' }])
})

test('why a shard was closed is said again when it was both ahead and behind', async () => {
  await world.indexed(some('a'))
  await rows(`UPDATE slip_shard SET state = 'closed', reason = 'moves (ann@here)' WHERE shard = 1`)
  const back = () =>
    world.db.transaction((tx) => setBehind(tx, 'main', { shard: 1, from: 0, reason: 'b', surely: true }))
  const unknown = { shard: 1, fence: 0, marker: future(), reason: 'ahead' }
  await back()
  await world.db.transaction((tx) => setAhead(tx, 'main', unknown))
  await back()
  await adopt(world.pair, options)
  expect(await world.shardStates()).toEqual(['behind', 'open'])
  await repair(world.db, 'main', await setbacks(world.db, 'main'), { lane: 'bulk', dryRun: false })
  expect(await rows('SELECT state, reason FROM slip_shard WHERE shard = 1')).toEqual([
    { state: 'closed', reason: 'moves (ann@here)' },
  ])
})

test('a tombstone that the database does not know makes a shard ahead, and an adopt makes it known', async () => {
  await world.indexed(some('a'))
  await world.engine.remove(1, [{ id: 'unknown.1', fence: future(), rev: 9 }])
  expect(await aheadOf()).toMatchObject([{ shard: 1 }])
  expect(await adopt(world.pair, options)).toMatchObject({ differing: 0, missing: 0, unowned: 0, ahead: [] })
  expect(await aheadOf()).toEqual([])
})

test('an adopt waits for a claim that runs, and leaves the shard ahead when it does not end', async () => {
  await world.indexed(some('a'))
  world.say(['new.1'], { title: 1 })
  await world.readSources()
  await world.sweep()
  const indexer = await world.worker()
  const claim = await indexer.claim()
  await world.engine.post(1, [document({ id: 'new.1', fence: future() })])
  await world.do(compareChore(world.pair, world.bus))
  const short = { ...world.pair, target: { ...world.target, lease: 1 } }
  expect(await adopt(short, options)).toMatchObject({ busy: ['new.1'] })
  expect(await world.shardStates()).toEqual(['ahead', 'open'])
  // its worker is dead: what the reaper does is done here
  await rows(`UPDATE slip_claim SET lease_until = ${later(world.db, -1)} WHERE token = '${claim!.token}'`)
  expect(await adopt(world.pair, options)).toMatchObject({ busy: [], ahead: [] })
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('an adopt broken off leaves the shard ahead, and the next one ends it', async () => {
  const items = some('a')
  await world.indexed(items)
  const twice = oneIn(2, items)
  await world.engine.post(1, [document({ id: twice, fence: future() })])
  await world.engine.post(1, [document({ id: oneIn(1, items), fence: future(), rev: 7 })])
  await world.do(compareChore(world.pair, world.bus))
  const engine: Engine = {
    ...world.engine,
    remove: async () => {
      throw new Error('broken off')
    },
  }
  await expect(adopt({ ...world.pair, engine }, options)).rejects.toThrow('broken off')
  expect(await rows('SELECT rev FROM slip_indexed WHERE rev = 0')).toHaveLength(1)
  expect(await world.shardStates()).toEqual(['ahead', 'open'])
  expect(await adopt(world.pair, options)).toMatchObject({ strays: 1, ahead: [] })
  expect(await world.shardStates()).toEqual(['open', 'open'])
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('what an adopt found that was broken off is told by the next, which lets the sweep begin anew for it', async () => {
  const items = some('a')
  await world.indexed(items)
  const page = () => world.db.transaction((tx) => sweepPage(tx, 'main', 1_000))
  await page()
  await world.engine.post(1, [document({ id: oneIn(1, items), fence: future(), rev: 7 })])
  await world.engine.remove(2, [{ id: oneIn(2, items), fence: future(), rev: 1 }])
  await world.engine.post(1, [document({ id: oneIn(2, items.slice(2)), fence: future() })])
  const engine: Engine = {
    ...world.engine,
    remove: async () => {
      throw new Error('broken off')
    },
  }
  await expect(adopt({ ...world.pair, engine }, options)).rejects.toThrow('broken off')
  expect(await readSweep(world.db, 'main')).not.toBeNull()
  expect(await adopt(world.pair, { ...options, dryRun: true })).toMatchObject({ found: 2 })
  expect(await readSweep(world.db, 'main')).not.toBeNull()
  expect(await adopt(world.pair, options)).toMatchObject({ differing: 0, missing: 0, found: 2, strays: 1 })
  expect(await readSweep(world.db, 'main')).toBeNull()
  await page()
  expect(await adopt(world.pair, options)).toMatchObject({ found: 0 })
  expect(await readSweep(world.db, 'main')).not.toBeNull()
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('a ledger row of revision 0 that has no rights waits for no sweep', async () => {
  await world.indexed(some('a'))
  await world.engine.post(1, [document({ id: 'unknown.1', fence: future() })])
  await adopt(world.pair, { ...options, removeUnowned: true })
  expect(await rows('SELECT htid FROM slip_indexed WHERE rev = 0')).toEqual([{ htid: 'unknown.1' }])
  await world.db.transaction((tx) => sweepPage(tx, 'main', 1_000))
  expect(await adopt(world.pair, options)).toMatchObject({ found: 0 })
  expect(await readSweep(world.db, 'main')).not.toBeNull()
})

test('an adopt does not count as removed what it sent to a shard that does not answer: it says so, and the next ends it', async () => {
  const items = some('a')
  await world.indexed(items)
  const twice = oneIn(2, items)
  await world.engine.post(1, [document({ id: twice, fence: future() })])
  await world.do(compareChore(world.pair, world.bus))
  const engine: Engine = {
    ...world.engine,
    remove: async (_, removals) => removals.map(() => ({ kind: 'unavailable', message: 'gone' })),
  }
  await expect(adopt({ ...world.pair, engine }, options)).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: 'gone',
    place: { target: 'main', shard: 1 },
  })
  expect(await world.engine.get(1, [twice])).toHaveLength(1)
  expect(await world.shardStates()).toEqual(['ahead', 'open'])
  expect(await adopt(world.pair, options)).toMatchObject({ strays: 1, ahead: [] })
  expect(await world.engine.get(1, [twice])).toEqual([])
})

test('two adopts at once end as one does', async () => {
  const items = some('a')
  await world.indexed(items)
  for (const htid of items)
    await world.engine.post(await shardOf(htid), [document({ id: htid, fence: future(), rev: 7 })])
  await world.do(compareChore(world.pair, world.bus))
  await Promise.all([adopt(world.pair, options), adopt(world.pair, options)])
  expect(await world.shardStates()).toEqual(['open', 'open'])
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('an adopt of what is not ahead changes nothing, beside a claim that is being settled too', async () => {
  const items = some('a')
  await world.indexed(items)
  world.say(items, { title: 2 })
  await world.readSources()
  await world.sweep()
  const indexer = await world.worker()
  const claim = await indexer.claim()
  const outcomes = await indexer.post(claim!)
  let settled = false
  const engine: Engine = {
    ...world.engine,
    get: async (shard, htids) => {
      const held = await world.engine.get(shard, htids)
      if (!settled) await indexer.settle(claim!, outcomes)
      settled = true
      return held
    },
  }
  const adopted = await adopt({ ...world.pair, engine }, options)
  expect(adopted).toMatchObject({ differing: 0, missing: 0, raised: 0, strays: 0, unowned: 0, busy: [] })
  expect(settled).toBe(true)
  await world.run()
  expect(await world.violations()).toEqual([])
})

test('a dry run says the same and writes nothing', async () => {
  const items = some('a')
  await world.indexed(items)
  await world.engine.post(await shardOf('a.0'), [document({ id: 'a.0', fence: future(), rev: 7 })])
  await world.do(compareChore(world.pair, world.bus))
  const ledger = await rows('SELECT * FROM slip_indexed ORDER BY htid')
  const dry = await adopt(world.pair, { ...options, dryRun: true })
  expect(dry).toMatchObject({ items: 20, differing: 1 })
  expect(await rows('SELECT * FROM slip_indexed ORDER BY htid')).toEqual(ledger)
  expect(await world.shardStates()).toContain('ahead')
  expect(await adopt(world.pair, options)).toMatchObject({ items: 20, differing: 1 })
})

test('documents without rights are removed only when that is asked for, and an item that gets rights then comes back', async () => {
  await world.indexed(some('a'))
  await world.engine.post(1, [document({ id: 'unknown.1', fence: future() })])
  await world.do(compareChore(world.pair, world.bus))
  await adopt(world.pair, options)
  expect((await world.engine.get(1, ['unknown.1'])).length).toBe(1)
  expect(await adopt(world.pair, { ...options, removeUnowned: true })).toMatchObject({ unowned: 1 })
  expect(await world.engine.get(1, ['unknown.1'])).toEqual([])
  expect(await world.violations()).toEqual([])
  world.say(['unknown.1'], { title: 1 })
  await world.run()
  expect(await shardOf('unknown.1')).toBe(1)
  expect(await world.violations()).toEqual([])
})

test('documents without rights are told as they are found: none waits for the last page', async () => {
  await world.tables.fill(1, 2_500)
  const told: string[] = []
  const toldBefore: number[] = []
  const engine: Engine = {
    ...world.engine,
    scan: async (shard, after, limit) => {
      if (shard === 1) toldBefore.push(told.length)
      return world.engine.scan(shard, after, limit)
    },
  }
  const adopted = await adopt(
    { ...world.pair, engine },
    { ...options, dryRun: true, onUnowned: (htid) => told.push(htid) },
  )
  expect(adopted.unowned).toBe(2_500)
  expect(new Set(told).size).toBe(2_500)
  expect(toldBefore).toEqual([0, 1_100, 2_200])
})

test('what is written to the engine after an adopt began is not taken for known', async () => {
  await world.indexed(some('a'))
  const late = future()
  const engine: Engine = {
    ...world.engine,
    scan: async (shard, after, limit) => {
      const held = await world.engine.scan(shard, after, limit)
      // behind the page just read: by a worker whose claim the restore forgot
      if (shard === 1) await world.engine.post(1, [document({ id: 'a.00', fence: late })])
      return held
    },
  }
  expect((await adopt({ ...world.pair, engine }, options)).ahead).toMatchObject([{ shard: 1 }])
  expect(await world.shardStates()).toEqual(['ahead', 'open'])
})
