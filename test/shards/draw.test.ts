import fc from 'fast-check'
import { expect, test } from 'vitest'
import { draw } from '../../src/shards/draw.ts'

const shards = fc
  .array(fc.record({ weight: fc.integer({ min: 0, max: 100 }), open: fc.boolean() }), { maxLength: 12 })
  .map((list) => list.map((one, index) => ({ ...one, shard: index + 1 })))
const below1 = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('only open shards with a weight are drawn, and null is drawn only when there is none', () => {
  fc.assert(
    fc.property(shards, below1, (list, random) => {
      const candidates = list.filter(({ open, weight }) => open && weight > 0).map(({ shard }) => shard)
      const drawn = draw(list, () => random)
      if (candidates.length === 0) expect(drawn).toBeNull()
      else expect(candidates).toContain(drawn)
    }),
  )
})

test('the spread of many draws follows the weights within 3 σ', () => {
  fc.assert(
    fc.property(shards, (list) => {
      const draws = 10_000
      // Evenly spaced numbers are a uniform sample without chance: the test cannot fail by bad luck.
      const counts = new Map<number | null, number>()
      for (let index = 0; index < draws; index++) {
        const drawn = draw(list, () => (index + 0.5) / draws)
        counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
      }
      const open = list.filter((one) => one.open)
      const total = open.reduce((sum, { weight }) => sum + weight, 0)
      for (const { shard, weight } of total > 0 ? open : []) {
        const share = weight / total
        const sigma = Math.sqrt(draws * share * (1 - share))
        expect(Math.abs((counts.get(shard) ?? 0) - draws * share)).toBeLessThanOrEqual(3 * sigma)
      }
    }),
    { numRuns: 30 },
  )
})

test('rounding at the end of the range draws the last open shard, not none', () => {
  const list = [0.1, 0.2, 0.3].map((weight, index) => ({ shard: index + 1, weight, open: true }))
  expect(draw(list, () => 1 - Number.EPSILON / 2)).toBe(3)
})
