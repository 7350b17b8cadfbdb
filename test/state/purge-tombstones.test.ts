import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { purgeChore } from '../../src/daemon/chores/purge.ts'
import { mostPurged } from '../../src/shards/engine.ts'
import { clockMicroseconds } from '../../src/state/clock.ts'
import { document } from '../conformance/engine/documents.ts'
import { World } from './restore-world/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => world.clear())
afterAll(() => world.close())

const purge = () => world.do(purgeChore(world.pair, world.bus, world.target.lease))
/** A fence drawn so many leases ago by the clock of the database. */
const drawn = async (leases: number) => (await clockMicroseconds(world.db)) - leases * world.target.lease * 1_000
const remove = (shard: number, id: string, fence: number) => world.engine.remove(shard, [{ id, fence, rev: 1 }])
const isRemembered = async (shard: number, id: string) =>
  (await world.engine.post(shard, [document({ id, fence: 1 })]))[0]?.kind === 'stale'

test('a removal of two leases ago is forgotten, in every shard, and a younger one still refuses what is older', async () => {
  for (const shard of [1, 2]) {
    await remove(shard, 'old.1', await drawn(2.1))
    await remove(shard, 'young.1', await drawn(1.9))
    await remove(shard, 'now.1', await drawn(0))
  }
  expect(await purge()).toBe(2)
  for (const shard of [1, 2])
    expect([await isRemembered(shard, 'old.1'), await isRemembered(shard, 'young.1')]).toEqual([false, true])
})

test('items that are there, and those that are not, are at rest when their removals are forgotten', async () => {
  const items = Array.from({ length: 20 }, (_, n) => `at.${n}`)
  await world.indexed(items)
  world.say(items.slice(0, 10), { attr: 8 })
  await world.run()
  world.say(items.slice(10), { title: 2 })
  await world.run()
  // as if two leases had passed
  expect(await world.do(purgeChore(world.pair, world.bus, 0))).toBe(10)
  expect(await world.violations()).toEqual([])
})

test('nothing is forgotten of a shard that is ahead: the database does not know what was removed there', async () => {
  await world.db.query(`UPDATE slip_shard SET state = 'ahead', state_before = 'open' WHERE shard = 1`)
  for (const shard of [1, 2]) {
    await remove(shard, 'old.1', await drawn(3))
    await remove(shard, 'old.2', await drawn(2.5))
  }
  expect(await purge()).toBe(1)
  expect([await isRemembered(1, 'old.1'), await isRemembered(2, 'old.1')]).toEqual([true, false])
})

test('a shard that is away keeps no other from forgetting; when all are, it is told', async () => {
  for (const id of ['old.1', 'old.2']) await remove(2, id, await drawn(3))
  const purgeTombstones = async (shard: number, before: number) => {
    if (shard === 1) throw new Error('away')
    return world.engine.purgeTombstones(shard, before)
  }
  const engine = { ...world.engine, purgeTombstones }
  const chore = purgeChore({ ...world.pair, engine }, world.bus, world.target.lease)
  expect(await world.do(chore)).toBe(1)
  const none = { ...engine, purgeTombstones: () => purgeTombstones(1, 0) }
  await expect(world.do(purgeChore({ ...world.pair, engine: none }, world.bus, world.target.lease))).rejects.toThrow(
    'away',
  )
})

test('of very many a run takes its share and leaves the rest to the next', async () => {
  let asked = 0
  const engine = { ...world.engine, purgeTombstones: async () => (asked++ < 40 ? mostPurged : 0) }
  const run = () => world.do(purgeChore({ ...world.pair, engine }, world.bus, world.target.lease))
  expect([await run(), await run(), await run()]).toEqual([20 * mostPurged, 20 * mostPurged, 0])
})
