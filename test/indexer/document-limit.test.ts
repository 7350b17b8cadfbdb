import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SlipError } from '../../src/errors/slip-error.ts'
import { DocumentLimit } from '../../src/indexer/document-limit.ts'

const clock = { now: 0 }
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => clock.now))
afterEach(() => void vi.restoreAllMocks())

const minute = 60_001
const away = () => Promise.reject(new SlipError('ENGINE_UNAVAILABLE', 'away'))
const settled = () => new Promise(setImmediate)

/** A server that answers each question as the next of these does, the last for ever. */
function limited(...answers: (() => Promise<number | null>)[]) {
  const asked = { times: 0 }
  const longestDocument = () => (answers[asked.times++] ?? answers.at(-1)!)()
  return { asked, limit: new DocumentLimit({ longestDocument }) }
}

test('a server that does not answer is asked once a minute, and what it said before holds', async () => {
  const { asked, limit } = limited(away, async () => 100, away)
  for (let parcel = 0; parcel < 3; parcel++) expect(await limit.bytes()).toBe(Number.POSITIVE_INFINITY)
  expect(asked.times).toBe(1)
  clock.now += minute
  await limit.bytes()
  await settled()
  for (let parcel = 0; parcel < 3; parcel++) expect(await limit.bytes()).toBe(100)
  expect(asked.times).toBe(2)
  clock.now += minute
  await limit.bytes()
  await settled()
  for (let parcel = 0; parcel < 3; parcel++) expect(await limit.bytes()).toBe(100)
  expect(asked.times).toBe(3)
})

test('only the first answer is waited for, and by all', async () => {
  const first = Promise.withResolvers<number>()
  const { asked, limit } = limited(
    () => first.promise,
    () => new Promise(() => undefined),
  )
  const both = [limit.bytes(), limit.bytes()]
  first.resolve(100)
  expect(await Promise.all(both)).toEqual([100, 100])
  clock.now += minute
  expect(await limit.bytes()).toBe(100)
  expect(asked.times).toBe(2)
})

test('a defect in asking is thrown', async () => {
  const defect = new TypeError('broken')
  const { limit } = limited(
    async () => 100,
    () => Promise.reject(defect),
  )
  await limit.bytes()
  clock.now += minute
  await limit.bytes()
  await settled()
  await expect(limit.bytes()).rejects.toBe(defect)
})
