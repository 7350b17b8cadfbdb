import { expect, test } from 'vitest'
import { blocksOf } from '../../src/rights/blocks.ts'

async function sizesOf(weights: readonly number[], size: number): Promise<number[][]> {
  const items = async function* () {
    yield* weights
  }
  const blocks: number[][] = []
  for await (const block of blocksOf(items(), size, (weight) => weight)) blocks.push(block)
  return blocks
}

test('a block ends when it is full, by number or by bytes', async () => {
  const large = 8 << 20
  expect(await sizesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(await sizesOf([1, large, 2, large / 2, large / 2, 3], 10)).toEqual([
    [1, large],
    [2, large / 2, large / 2],
    [3],
  ])
})
