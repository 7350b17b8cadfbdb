import { expect, test } from 'vitest'
import { compareChore } from '../../src/daemon/chores/compare.ts'
import { markerChore } from '../../src/daemon/chores/marker.ts'
import { setbacks } from '../../src/operations/repair.ts'
import { restoreIndex } from '../../src/operations/restore-index.ts'
import type { Engine } from '../../src/shards/engine.ts'
import { endHeld, holdPaused } from '../../src/state/control/held-pause.ts'
import { type Pause, pause, readPauses, resume } from '../../src/state/control/pause.ts'
import { later } from './fixture.ts'
import { openWorldForFile, rows, some, world } from './restore-world/opened.ts'

openWorldForFile()

const scope = { kind: 'target', name: 'main' } as const
const mark = () => world.do(markerChore(world.pair, world.bus))
const inForce = () => readPauses(world.db)

/** What happens while shards are set back: before each is told to be done. */
type Beside = (shard: number) => unknown

/** The engine with a snapshot of how it is now. */
async function kept(beside: Beside = () => {}): Promise<Engine> {
  const copies = [await world.tables.backUp(1), await world.tables.backUp(2)]
  return {
    ...world.engine,
    restore: async (_name, _shards, onShard) => {
      for (const [index, restore] of copies.entries()) {
        await restore()
        await beside(index + 1)
        await onShard(index + 1)
      }
    },
  }
}

const restore = (engine: Engine, drained = async () => true) =>
  restoreIndex(
    { db: world.db, engine, target: 'main', shards: 2 },
    { name: 'nightly', by: 'ann@here', drained, onShard: () => {} },
  )

test('a shard is recorded as soon as it is set back: a marker that comes while others are takes nothing from it', async () => {
  await world.indexed(some('a'))
  await mark()
  await mark()
  const marker = await world.engine.marker(1)
  const engine = await kept(async (shard) => {
    if (shard === 1) return
    for (const _ of ['said', 'sent']) await mark()
    await world.do(compareChore(world.pair, world.bus))
    expect(await world.shardStates()).toEqual(['behind', 'open'])
  })
  const restored = await restore(engine)
  expect(await world.engine.marker(1)).toBeGreaterThan(marker as number)
  expect(restored?.shards[0]).toEqual({ shard: 1, from: marker })
  expect(await setbacks(world.db, 'main')).toMatchObject([{ shard: 1, from: marker }, { shard: 2 }])
})

test('a marker that comes before a shard that is set back is recorded takes nothing from it', async () => {
  await world.indexed(some('a'))
  await mark()
  await mark()
  const marker = await world.engine.marker(1)
  const engine = await kept(async () => {
    for (const _ of ['said', 'sent']) await mark()
    expect(await world.engine.marker(1)).toBeGreaterThan(marker as number)
  })
  // settled after the snapshot, and before the next marker
  await world.indexed(some('b'))
  expect((await restore(engine))?.shards[0]).toEqual({ shard: 1, from: marker })
})

test('a restore that is broken off has recorded what it set back, and its pause stays for the next to end', async () => {
  const engine = await kept((shard) => {
    if (shard === 2) throw new Error('broken off')
  })
  await expect(restore(engine)).rejects.toThrow('broken off')
  expect(await world.shardStates()).toEqual(['behind', 'open'])
  expect(await inForce()).toMatchObject([{ ...scope, until: null, by: 'ann@here (index restore)' }])
  expect(await restore(await kept())).toMatchObject({ pause: null })
  expect(await inForce()).toEqual([])
})

test('what is set back and cannot be recorded is told, and no more is set back', async () => {
  const copy = await kept()
  const engine: Engine = {
    ...copy,
    marker: async () => {
      throw new Error('no answer')
    },
  }
  await expect(restore(engine)).rejects.toThrow('shard main/1 was set back, and it could not be recorded: no answer')
  expect(await world.shardStates()).toEqual(['open', 'open'])
})

test("a person's pause does not run out meanwhile, and has its end again", async () => {
  await pause(world.db, scope, { by: 'bob@there', reason: 'a new disk', forMs: 3_600_000 })
  const before = await inForce()
  const seen: unknown[] = []
  const restored = await restore(await kept(async () => seen.push(...(await inForce()))))
  expect(seen).toMatchObject([
    { until: null, by: 'bob@there', reason: 'a new disk' },
    { until: null, by: 'bob@there', reason: 'a new disk' },
  ])
  expect(restored?.pause).toEqual(before[0])
  expect(await inForce()).toMatchObject([{ until: before[0]?.until, by: 'bob@there', reason: 'a new disk' }])
})

test("a person's pause whose time was over meanwhile is over afterwards", async () => {
  const own = { command: 'index restore', by: 'ann@here', reason: 'restore of snapshot nightly' }
  await pause(world.db, scope, { by: 'bob@there', reason: '', forMs: 3_600_000 })
  const found = await world.db.transaction((tx) => holdPaused(tx, scope, own))
  const [{ past }] = (await rows(`SELECT ${later(world.db, -1)} AS past`)) as [{ past: string }]
  await world.db.transaction((tx) => endHeld(tx, scope, own, { ...(found as Pause), until: past }))
  expect(await inForce()).toEqual([])
})

test("a person's pause stays, whatever its reason, and so does one of meanwhile", async () => {
  await pause(world.db, scope, { by: 'bob@there', reason: 'restore of snapshot nightly' })
  const engine = await kept()
  expect(await restore(engine)).toMatchObject({ pause: { by: 'bob@there' } })
  expect(await inForce()).toMatchObject([{ by: 'bob@there', reason: 'restore of snapshot nightly' }])
  await resume(world.db, scope)
  const another = await kept(() => pause(world.db, scope, { by: 'ann@here', reason: 'looks at it' }))
  expect(await restore(another)).toMatchObject({ pause: null })
  expect(await inForce()).toMatchObject([{ by: 'ann@here', reason: 'looks at it' }])
})

test('of two restores of a target at once the second is refused, and the pause of the first goes on', async () => {
  const seen: unknown[] = []
  const engine = await kept(async () => {
    await expect(restore(world.engine)).rejects.toMatchObject({ code: 'LOCKED' })
    seen.push(...(await inForce()))
  })
  expect(await restore(engine)).toMatchObject({ pause: null })
  expect(seen).toHaveLength(2)
  expect(await inForce()).toEqual([])
})

test('a restore that slept while another began ends no pause of that one', async () => {
  const first = await kept(async (shard) => {
    if (shard === 1) return
    await rows(`UPDATE slip_duty SET until = ${later(world.db, -1)} WHERE name = 'restore:main'`)
    const second = await kept(async () => {
      throw new Error('still at work')
    })
    await expect(restore(second)).rejects.toThrow('still at work')
  })
  await expect(restore(first)).rejects.toMatchObject({ code: 'LOCKED' })
  expect(await inForce()).toMatchObject([{ until: null, by: 'ann@here (index restore)' }])
})

test('a target that was resumed before it was drained is not set back, and the next restore has to wait for nothing', async () => {
  const engine = await kept(() => expect.fail('it was set back'))
  expect(await restore(engine, async () => !(await resume(world.db, scope)))).toBeNull()
  expect(await world.shardStates()).toEqual(['open', 'open'])
  expect(await restore(await kept())).not.toBeNull()
})
