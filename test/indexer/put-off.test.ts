import { expect, test } from 'vitest'
import { SlipError } from '../../src/errors/slip-error.ts'
import { PutOff } from '../../src/indexer/put-off.ts'

const error = new SlipError('ENGINE_UNAVAILABLE', 'too many')
const asked = (htid: string, retryAfterMs?: number) => ({ htid, error, retryAfterMs })
const all = async (htids: readonly string[]) => new Set(htids)

test('what a server asked to wait with is awaited until the mover must have brought it back, or it is over', () => {
  const putOff = new PutOff(1_000)
  putOff.hear({ putOff: [asked('a', 0), asked('b', 0)], over: ['c'] }, 0)
  expect([putOff.isAwaited(3_400), putOff.isAwaited(3_600)]).toEqual([true, false])
  putOff.hear({ putOff: [], over: ['a', 'b'] }, 3_000)
  expect(putOff.isAwaited(3_100)).toBe(false)
})

test('it is awaited for as long as it is put off at most when the server says for how long', () => {
  const putOff = new PutOff(1_000)
  putOff.hear({ putOff: [asked('a', 10_000)], over: [] }, 0)
  expect([putOff.isAwaited(31_900), putOff.isAwaited(32_100)]).toEqual([true, false])
})

test('a server that always asks to wait is not awaited for ever; one that takes something in between is', () => {
  const putOff = new PutOff(1_000)
  for (let round = 0; round < 4; round++) putOff.hear({ putOff: [asked('a', 0)], over: [] }, 0)
  putOff.hear({ putOff: [asked('a', 0)], over: ['b'] }, 0)
  for (let round = 0; round < 4; round++) putOff.hear({ putOff: [asked('a', 0)], over: [] }, 0)
  expect(putOff.isAwaited(0)).toBe(true)
  putOff.hear({ putOff: [asked('a', 0)], over: [] }, 0)
  expect(putOff.isAwaited(0)).toBe(false)
})

test('what is away without a word is not awaited, and it is told why it is left', async () => {
  const putOff = new PutOff(1_000)
  expect(await putOff.whyLeft(all)).toBeNull()
  putOff.hear({ putOff: [asked('a')], over: [] }, 0)
  expect(putOff.isAwaited(0)).toBe(false)
  expect(await putOff.whyLeft(all)).toBe(error)
  // another worker has done it
  expect(await putOff.whyLeft(async () => new Set())).toBeNull()
})
