import { expect, test } from 'vitest'
import { slicesOf } from '../../src/state/queue/slices.ts'

test('slices hold every id once, in byte order from the first slice to the last, 500 at most in each', () => {
  const htids = Array.from({ length: 1_001 }, (_, at) => `${at % 2 === 0 ? 'a' : 'B'}.${at}`)
  const slices = [...slicesOf([...htids, ...htids].reverse())]
  expect(slices.map(({ length }) => length)).toEqual([500, 500, 1])
  const bytes = htids.map((htid) => Buffer.from(htid)).sort(Buffer.compare)
  expect(slices.flat()).toEqual(bytes.map(String))
})

test('no ids are no slice: IN () is no SQL', () => {
  expect([...slicesOf([])]).toEqual([])
})
