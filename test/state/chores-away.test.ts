import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Chore } from '../../src/daemon/chores/chore.ts'
import { compareChore } from '../../src/daemon/chores/compare.ts'
import { fullChore } from '../../src/daemon/chores/full.ts'
import { markerChore } from '../../src/daemon/chores/marker.ts'
import { purgeChore } from '../../src/daemon/chores/purge.ts'
import { scanChore } from '../../src/daemon/chores/scan.ts'
import type { Pair } from '../../src/daemon/restore/differences.ts'
import { SlipError } from '../../src/errors/slip-error.ts'
import type { EventBus } from '../../src/events/bus.ts'
import type { Engine } from '../../src/shards/engine.ts'
import { World } from './restore-world/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => world.clear())
afterAll(() => world.close())

/** The engine without these shards: whatever is asked of one is answered by none. */
const without = (...shards: number[]) =>
  Object.fromEntries(
    Object.entries(world.engine).map(([name, ask]) => [
      name,
      (shard: number, ...rest: unknown[]) =>
        shards.includes(shard)
          ? Promise.reject(new SlipError('ENGINE_UNAVAILABLE', `shard ${shard} is away`))
          : (ask as (...asked: unknown[]) => unknown)(shard, ...rest),
    ]),
  ) as unknown as Engine

const chores: readonly (readonly [string, (pair: Pair, bus: EventBus) => Chore])[] = [
  ['marker', markerChore],
  ['compare', compareChore],
  ['full', (pair, bus) => fullChore(pair, { documents: 1_000 }, bus)],
  ['purge', (pair, bus) => purgeChore(pair, bus, world.target.lease)],
  ['scan', (pair, bus) => scanChore(pair, { period: 604_800_000 }, bus)],
]

test.each(chores)('%s goes on without a shard that is away, and tells which and why', async (name, make) => {
  await world.do(make({ ...world.pair, engine: without(2) }, world.bus))
  expect(world.events.filter((event) => event.name === 'chore.failed')).toEqual([
    {
      name: 'chore.failed',
      fields: {
        chore: `${name}:main`,
        code: 'ENGINE_UNAVAILABLE',
        message: 'shard 2 is away',
        place: { target: 'main', shard: 2 },
      },
    },
  ])
})

test.each(chores)('%s fails where all shards are away, and is told once', async (_, make) => {
  const chore = make({ ...world.pair, engine: without(1, 2) }, world.bus)
  await expect(world.do(chore)).rejects.toMatchObject({ message: 'shard 1 is away' })
  expect(world.events).toEqual([])
})
