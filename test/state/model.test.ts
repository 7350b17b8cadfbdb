import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shardStates } from '../../src/state/restore/shard-state.ts'
import { check } from './model/check.ts'
import { change } from './model/requests.ts'
import { rest } from './model/rest.ts'
import { rules, withoutRule } from './model/rules.ts'
import { run } from './model/run.ts'
import { befall } from './model/troubles.ts'
import { type Walk, walks } from './model/walk.ts'
import { work } from './model/work.ts'
import { type Item, World } from './model/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world.close())

/** Items that walk at once, at most; half as many as a rule. */
const most = 50

function numberOf(name: string, fallback: number): number {
  const value = Number(process.env[name] ?? fallback)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} must be a whole number above 0`)
  return value
}

const seed = numberOf('SLIP_TEST_SEED', 1)
const walked = numberOf('SLIP_TEST_WALKS', 150)
const numRuns = Math.ceil(walked / (most / 2))
/** Milliseconds. A failure's search for the shortest walk ends here and shows the shortest so far. */
const limit = 120_000 + walked * 500

const hold = (arbitrary: fc.Arbitrary<Walk>) =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (walk) => {
      expect(await run(world, walk)).toEqual([])
    }),
    { seed, numRuns, interruptAfterTimeLimit: limit, markInterruptAsFailure: true },
  )

test(
  'whatever happens to items, at rest none is lost, doubled, stale or still asked for',
  async () => {
    await hold(walks(most))
  },
  limit + 60_000,
)

test(
  'nor when the state database or a shard is set back to a copy, or a shard is emptied',
  async () => {
    await hold(walks(most, true))
  },
  limit + 60_000,
)

test('what a copy lacks that no marker tells of is found by the scan only, once the clock has gone back', async () => {
  await world.begin(2)
  const [first, second] = world.items as [Item, Item]
  const isNew = (item: Item) => change(world, [{ item, target: 'main', pick: 99 }])
  await isNew(first)
  await work(world, 0)
  await befall(world, 'clockBack', 200)
  await befall(world, 'backUpState', 0)
  await isNew(second)
  await work(world, 0)
  await befall(world, 'restoreState', 0)
  // the highest fence of the shard is that of the first item, which the copy knows
  expect((await shardStates(world.db, 'main')).map(({ state }) => state)).toEqual(['open', 'open', 'open'])
  await work(world, 100)
  expect(await check(world)).toContainEqual(`${second.htid} in main: in shards 1, 2`)
  const events = [{ at: 0, trouble: 'restoreStateUnnoticed', pick: 0 }] as const
  expect(await rest(world, { items: [], events, rest: 1 })).toBe(true)
  expect(await check(world)).toEqual([])
})

test('what was settled after the clock went back by more than the overlap is found by a repair', async () => {
  await world.begin(1)
  const [item] = world.items as [Item]
  for (const trouble of ['mark', 'mark', 'clockBack', 'backUpShard', 'mark'] as const) await befall(world, trouble, 200)
  await change(world, [{ item, target: 'main', pick: 99 }])
  await work(world, 0)
  await befall(world, 'restoreShard', 0)
  expect((await shardStates(world.db, 'main')).map(({ state }) => state)).toEqual(['behind', 'open', 'open'])
  expect(await check(world)).toContainEqual(`${item.htid} in main: the ledger says indexed, shard 1 does not hold it`)
  await befall(world, 'repair', 0)
  await work(world, 0)
  expect((await shardStates(world.db, 'main')).map(({ state }) => state)).toEqual(['open', 'open', 'open'])
  expect(await check(world)).toEqual([])
})

describe.each(rules)('without the rule that $name', (rule) => {
  test('the walks find the loss it is there against, and with it none', async () => {
    const { db, unmet } = withoutRule(world.db, rule)
    const broken = world.through(db)
    const found = async () => {
      for (const walk of fc.sample(walks(most), { seed: 1, numRuns: 40 }))
        if ((await run(broken, walk)).some((wrong) => rule.loss.test(wrong))) return walk
      return null
    }
    const walk = await found()
    expect([...unmet]).toEqual([])
    expect(walk).not.toBeNull()
    expect(await run(world, walk as Walk)).toEqual([])
  }, 300_000)
})
