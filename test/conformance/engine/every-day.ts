import { expect } from 'vitest'
import type { Engine } from '../../../src/shards/engine.ts'
import { document } from './documents.ts'

/** All that daemons ask every day of a shard that is empty, and what comes of it. It keeps one document. */
export async function workADay(engine: Engine, shard: number): Promise<void> {
  await engine.health()
  expect(await engine.post(shard, [document({ id: 'a.1', fence: 10 })])).toEqual([{ kind: 'done' }])
  expect(await engine.post(shard, [document({ id: 'a.1', fence: 9 })])).toMatchObject([{ kind: 'stale' }])
  const removals = [9, 11].map((fence) => ({ id: `b.${fence}`, rev: 1, fence }))
  expect(await engine.remove(shard, removals)).toEqual(removals.map(() => ({ kind: 'done' })))
  for (const reach of ['visible', 'durable'] as const) await engine.commit(shard, reach)
  expect(await engine.mark(shard, null, 1_000)).toBe(true)
  expect(await engine.marker(shard)).toBe(1_000)
  expect((await engine.get(shard, ['a.1'])).length).toBe(1)
  expect((await engine.scan(shard, '', 10)).map(({ id }) => id)).toEqual(['a.1'])
  expect((await engine.highestFence(shard))?.fence).toBe(11)
  expect(await engine.count(shard)).toBe(1)
  expect(await engine.purgeTombstones(shard, 20)).toBe(1)
}
