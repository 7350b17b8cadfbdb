import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ParcelSizes } from '../../src/indexer/parcel-sizes.ts'

const MiB = 1 << 20
const well = { milliseconds: 10, tooMuch: false, done: true }

test('a parcel that was too much, or took too long, halves those of its shard, and of no other', () => {
  for (const signal of [{ tooMuch: true }, { milliseconds: 5_001 }]) {
    const sizes = new ParcelSizes(4 * MiB)
    sizes.hear(1, { ...well, bytes: 4 * MiB, done: false, ...signal })
    expect([sizes.of(1), sizes.of(2)]).toEqual([2 * MiB, 4 * MiB])
  }
})

test('two that were under way together halve it once', () => {
  const sizes = new ParcelSizes(4 * MiB)
  for (let time = 0; time < 2; time++) sizes.hear(1, { ...well, bytes: 4 * MiB, tooMuch: true })
  expect(sizes.of(1)).toBe(2 * MiB)
})

test('it grows back a sixteenth with each full parcel that went well, and no further than it was', () => {
  const sizes = new ParcelSizes(4 * MiB)
  sizes.hear(1, { ...well, bytes: 4 * MiB, tooMuch: true })
  sizes.hear(1, { ...well, bytes: sizes.of(1) })
  expect(sizes.of(1)).toBe(2.25 * MiB)
  // it says nothing of larger ones, and nor does one of which a part was refused
  sizes.hear(1, { ...well, bytes: MiB })
  sizes.hear(1, { ...well, bytes: sizes.of(1), done: false })
  expect(sizes.of(1)).toBe(2.25 * MiB)
  for (let time = 0; time < 20; time++) sizes.hear(1, { ...well, bytes: sizes.of(1) })
  expect(sizes.of(1)).toBe(4 * MiB)
})

test('what is small already makes none smaller: removals, or the end of a claim', () => {
  const sizes = new ParcelSizes(4 * MiB)
  for (const bytes of [0, 20_000])
    for (const signal of [{ tooMuch: true }, { milliseconds: 5_001 }])
      sizes.hear(1, { ...well, bytes, done: false, ...signal })
  expect(sizes.of(1)).toBe(4 * MiB)
})

test('a document that is larger than a parcel and goes alone makes no other smaller', () => {
  const sizes = new ParcelSizes(4 * MiB)
  sizes.hear(1, { ...well, bytes: 50 * MiB, milliseconds: 60_000 })
  expect(sizes.of(1)).toBe(4 * MiB)
})

test('whatever is heard, a size is never more than configured, nor so small that it is no relief', () => {
  const posting = fc.record({
    bytes: fc.integer({ min: 0, max: 100 * MiB }),
    milliseconds: fc.integer({ min: 0, max: 20_000 }),
    tooMuch: fc.boolean(),
    done: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(posting), (postings) => {
      const sizes = new ParcelSizes(4 * MiB)
      for (const each of postings) sizes.hear(1, each)
      expect(sizes.of(1)).toBeGreaterThanOrEqual(65_536)
      expect(sizes.of(1)).toBeLessThanOrEqual(4 * MiB)
    }),
  )
})
