import { expect, test } from 'vitest'
import type { Config } from '../../src/config/load.ts'
import { ownWork } from '../../src/indexer/own-work.ts'
import { lanes } from '../../src/state/queue/lanes.ts'

const config = { targets: { main: { shards: 3 }, second: { shards: 1 } } } as unknown as Config
const alone = { targets: { main: { shards: 3 } } } as unknown as Config

test('without an option everything is everybody’s', () => {
  const own = ownWork(config, {})
  expect([own.hasTarget('second'), own.hasShard(3), own.hasLane(lanes.alone)]).toEqual([true, true, true])
})

test('each option leaves what it names, and the bucket of new items', () => {
  const own = ownWork(config, { target: ['main'], shard: [1, 3], lane: ['bulk', 'alone'] })
  expect([own.hasTarget('main'), own.hasTarget('second')]).toEqual([true, false])
  expect([0, 1, 2, 3].filter(own.hasShard)).toEqual([0, 1, 3])
  expect(Object.values(lanes).filter(own.hasLane)).toEqual([lanes.alone, lanes.bulk])
})

test('the only target needs no name for its shards; the same twice is once', () => {
  expect(ownWork(alone, { shard: [2] }).hasShard(2)).toBe(true)
  expect(ownWork(config, { target: ['main', 'main'], shard: [2, 2] }).hasShard(2)).toBe(true)
})

test.each([
  [{ target: ['mian'] }, 'there is no target mian; did you mean main?; known: main, second'],
  [{ lane: ['dialy'] }, 'there is no lane dialy; did you mean daily?; known: alone, daily, ops, bulk'],
  [{ shard: [1] }, '--shard needs one --target to say whose shard is meant: main, second'],
  [{ target: ['main', 'second'], shard: [1] }, '--shard needs one --target to say whose shard is meant: main, second'],
  [{ target: ['main'], shard: [1, 4] }, '--shard is a whole number from 1 to 3: main has no shard 4'],
  [{ target: ['main'], shard: [0] }, '--shard is a whole number from 1 to 3: main has no shard 0'],
  [{ target: ['second'], shard: [1.5] }, '--shard is a whole number from 1 to 1: second has no shard 1.5'],
  [{ target: ['second'], shard: [Number.NaN] }, '--shard is a whole number from 1 to 1: second has no shard NaN'],
])('%j is refused, with what there is', (args, message) => {
  expect(() => ownWork(config, args)).toThrow(expect.objectContaining({ code: 'USAGE', message }))
})
