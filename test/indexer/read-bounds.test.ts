import { expect, test } from 'vitest'
import { ReadBounds } from '../../src/indexer/read-bounds.ts'

/** A clock moved by hand, and readings that take as long as they are told; which seq each began at is kept. */
function handDriven() {
  let now = 0
  const bounds = new ReadBounds(() => now)
  const from: number[] = []
  const read = (bucket: string, { takes = 0, rows = 1, thorough = false } = {}) =>
    bounds.claim(
      bucket,
      async (fromSeq) => {
        from.push(fromSeq)
        now += takes
        return { items: new Array(rows), passed: 0, lastSeq: rows === 0 ? 90 : 70 }
      },
      thorough,
    )
  return {
    bounds,
    read,
    /** Where the readings since the last call began. */
    from: () => from.splice(0),
    wait: (ms: number) => {
      now += ms
    },
  }
}

test('a bucket is read on from its last claim, and from the beginning once 3 s have passed', async () => {
  const { read, from, wait } = handDriven()
  await read('1/1')
  await read('1/1')
  wait(2_999)
  await read('1/1')
  wait(1)
  await read('1/1')
  expect(from()).toEqual([0, 70, 70, 0])
})

test('a round lasts twenty times as long as its readings from the beginning took, of all buckets together', async () => {
  const { read, from, wait } = handDriven()
  await read('1/1', { takes: 300 })
  await read('1/2', { takes: 700 })
  await read('1/1', { takes: 500 })
  expect(from()).toEqual([0, 0, 70])
  wait(20_000 - 1_500 - 1)
  await read('1/1')
  await read('1/2')
  wait(1)
  await read('1/1')
  await read('1/2')
  expect(from()).toEqual([70, 70, 0, 0])
})

test('each round is measured anew', async () => {
  const { read, from, wait } = handDriven()
  await read('1/1', { takes: 1_000 })
  wait(19_000)
  await read('1/1', { takes: 500 })
  wait(9_499)
  await read('1/1')
  wait(1)
  await read('1/1')
  expect(from()).toEqual([0, 0, 70, 0])
})

test('however long dead entries take, a twentieth of the time goes to readings from the beginning', async () => {
  let now = 0
  let fromBeginning = 0
  const timed = new ReadBounds(() => now)
  for (let claims = 0; claims < 20_000; claims++) {
    await timed.claim(`1/${claims % 5}`, async (fromSeq) => {
      const takes = fromSeq === 0 ? 100 + ((claims * 7_919) % 4_000) : 10
      now += takes
      if (fromSeq === 0) fromBeginning += takes
      return { items: [1], passed: 0, lastSeq: 70 } as never
    })
  }
  // of the last round it has but the beginning
  expect(fromBeginning).toBeGreaterThan(0)
  expect(fromBeginning - 5 * 4_100).toBeLessThan(now / 20)
})

test('a bucket that was empty is read on from that time, and from the beginning once the next round begins', async () => {
  const { bounds, read, from, wait } = handDriven()
  await read('0/1', { takes: 900, rows: 0 })
  await read('0/1', { rows: 0 })
  expect(bounds.takeSpared()).toBe(true)
  await read('0/1')
  expect(bounds.takeSpared()).toBe(false)
  wait(18_000 - 900)
  await read('0/1', { rows: 0 })
  expect(from()).toEqual([0, 90, 90, 0])
  expect(bounds.takeSpared()).toBe(false)
})

test('where nothing is left above its bound, a bucket is read from the beginning while that takes no more than its share', async () => {
  const { read, from, wait } = handDriven()
  await read('1/1', { takes: 10 })
  wait(189)
  await read('1/1', { rows: 0 })
  wait(1)
  await read('1/1', { rows: 0 })
  expect(from()).toEqual([0, 70, 90, 0])
})

test('asked to be thorough, it reads from the beginning what it would spare, and no round is put off by that', async () => {
  const { bounds, read, from, wait } = handDriven()
  await read('1/1', { takes: 1_000, rows: 0 })
  for (let looks = 0; looks < 3; looks++) await read('1/1', { takes: 1_000, rows: 0, thorough: true })
  expect(from()).toEqual([0, 0, 0, 0])
  expect(bounds.takeSpared()).toBe(false)
  wait(20_000 - 4_000)
  await read('1/1')
  expect(from()).toEqual([0])
})

test('no round begins while a reading from the beginning is under way', async () => {
  const { bounds, read, from, wait } = handDriven()
  await read('1/1')
  const slow = Promise.withResolvers<void>()
  const under = bounds.claim('1/2', async () => {
    await slow.promise
    return { items: [], passed: 1, lastSeq: 5 }
  })
  wait(60_000)
  await read('1/1')
  expect(from()).toEqual([0, 70])
  slow.resolve()
  await under
  wait(60_000 * 20 - 60_000 - 1)
  await read('1/1')
  wait(1)
  await read('1/1')
  expect(from()).toEqual([70, 0])
})

test('a reading that was under way when the round began sets no bound in it', async () => {
  const { bounds, read, from, wait } = handDriven()
  await read('1/1')
  const slow = Promise.withResolvers<void>()
  const under = bounds.claim('1/1', async () => {
    await slow.promise
    return { items: [], passed: 1, lastSeq: 80 }
  })
  wait(3_000)
  await read('1/2')
  slow.resolve()
  await under
  await read('1/1')
  expect(from()).toEqual([0, 0, 0])
})

test('a reading that fails ends: rounds go on', async () => {
  const { bounds, read, from, wait } = handDriven()
  await expect(bounds.claim('1/1', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  await read('1/1')
  wait(3_000)
  await read('1/1')
  expect(from()).toEqual([0, 0])
})
