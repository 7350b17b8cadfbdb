import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AloneTurn, BucketRotation } from '../../src/indexer/buckets.ts'

const lane = { daily: 1, ops: 2, bulk: 3 } as const
const share = fc.integer({ min: 1, max: 20 })
const shares = fc.record({ daily: share, ops: share, bulk: share })
const key = (bucket: { lane: number; shard: number }) => `${bucket.lane}/${bucket.shard}`

/** Takes from the first bucket that has work, as a worker does. */
function serve(rotation: BucketRotation, hasWork: (bucket: string) => boolean): string | undefined {
  const bucket = rotation.next().find((each) => hasWork(key(each)))
  if (bucket === undefined) return undefined
  rotation.served(bucket.lane, bucket.shard)
  return key(bucket)
}

test('no bucket with work waits longer than the turns of its lane take for each of its shards', () => {
  const world = fc.integer({ min: 1, max: 5 }).chain((shards) =>
    fc.record({
      shards: fc.constant(shards),
      shares,
      // a bucket that always has work, as some of the others; of the rest it changes every turn
      always: fc.record({ lane: fc.constantFrom(1, 2, 3), shard: fc.nat(shards) }),
      steady: fc.uniqueArray(fc.record({ lane: fc.constantFrom(1, 2, 3), shard: fc.nat(shards) })),
      others: fc.infiniteStream(fc.uniqueArray(fc.record({ lane: fc.constantFrom(1, 2, 3), shard: fc.nat(shards) }))),
    }),
  )
  fc.assert(
    fc.property(world, ({ shards, shares, always, steady, others }) => {
      const rotation = new BucketRotation(shards, shares)
      const name = always.lane === lane.daily ? 'daily' : always.lane === lane.ops ? 'ops' : 'bulk'
      const all = shares.daily + shares.ops + shares.bulk
      const longest = (Math.ceil(all / shares[name]) + 1) * (shards + 1)
      let waited = 0
      for (let turn = 0; turn < 3 * longest; turn++) {
        const busy = new Set([...steady, ...others.next().value].map(key))
        waited =
          serve(rotation, (bucket) => bucket === key(always) || busy.has(bucket)) === key(always) ? 0 : waited + 1
        expect(waited).toBeLessThanOrEqual(longest)
      }
    }),
  )
})

test('a busy shard of one lane does not send another lane past the same shard every time', () => {
  const rotation = new BucketRotation(2, { daily: 1, ops: 1, bulk: 1 })
  const busy = ['1/0', '3/1', '3/2']
  const served = Array.from({ length: 12 }, () => serve(rotation, (bucket) => busy.includes(bucket)))
  expect(served.filter((bucket) => bucket === '3/1')).toHaveLength(2)
  expect(served.filter((bucket) => bucket === '3/2')).toHaveLength(2)
})

test('with work everywhere each lane gets its share of the batches exactly', () => {
  fc.assert(
    fc.property(shares, fc.integer({ min: 1, max: 6 }), (shares, shards) => {
      const rotation = new BucketRotation(shards, shares)
      const counts = { 1: 0, 2: 0, 3: 0 } as Record<number, number>
      const all = shares.daily + shares.ops + shares.bulk
      for (let turn = 0; turn < all; turn++) counts[Number(serve(rotation, () => true)?.[0])]! += 1
      expect(counts).toEqual({ 1: shares.daily, 2: shares.ops, 3: shares.bulk })
    }),
  )
})

test('a lane without work leaves its turns to the more urgent of the others', () => {
  const rotation = new BucketRotation(1, { daily: 1, ops: 1, bulk: 8 })
  const served = Array.from({ length: 10 }, () => serve(rotation, (bucket) => !bucket.startsWith('3')))
  expect(served.filter((bucket) => bucket?.startsWith('1'))).toHaveLength(9)
})

test('every bucket but those of lane 0 is tried once in a turn', () => {
  const rotation = new BucketRotation(3, { daily: 5, ops: 2, bulk: 1 })
  const tried = rotation.next().map(key)
  expect(tried.toSorted()).toEqual([1, 2, 3].flatMap((lane) => [0, 1, 2, 3].map((shard) => `${lane}/${shard}`)))
})

test('suspects have a turn 30 s after the start or their last one, until there is none, and for 30 s at most', () => {
  const turn = new AloneTurn()
  expect([turn.isOn(0), turn.isOn(29_999), turn.isOn(30_000)]).toEqual([false, false, true])
  expect([turn.isOn(59_999), turn.isOn(60_000)]).toEqual([true, false])
  expect([turn.isOn(89_999), turn.isOn(90_000)]).toEqual([false, true])
  turn.end(91_000)
  expect([turn.isOn(91_000), turn.isOn(120_999), turn.isOn(121_000)]).toEqual([false, false, true])
})
