import { expect, test } from 'vitest'
import { SlipError } from '../../src/errors/slip-error.ts'
import { Pipeline } from '../../src/indexer/pipeline.ts'

const away = (message: string) => Promise.reject(new SlipError('DATABASE_UNAVAILABLE', message))

test('what several batches threw is thrown once: each would be waited for as long as the one before', async () => {
  const pipeline = new Pipeline()
  for (const message of ['first', 'second']) pipeline.add('main', away(message))
  await pipeline.runDry()
  expect(() => pipeline.check()).toThrow('first')
  expect(() => pipeline.check()).not.toThrow()
})

test('of what several batches threw a defect comes first', async () => {
  const pipeline = new Pipeline()
  pipeline.add('main', away('away'))
  pipeline.add('main', Promise.reject(new TypeError('defect')))
  await pipeline.runDry()
  expect(() => pipeline.check()).toThrow('defect')
})

test('what does not end is waited for twice as long each time, up to half a minute, and from the beginning once all has ended', async () => {
  const waited: number[] = []
  const passes = async (ms?: number) => void waited.push(ms ?? 0)
  const pipeline = new Pipeline(passes as never)
  const { promise, resolve } = Promise.withResolvers<void>()
  pipeline.add('main', promise)
  for (let time = 0; time < 5; time++) expect(await pipeline.runDrySoon()).toBe(false)
  resolve()
  await pipeline.runDry()
  expect(await pipeline.runDrySoon()).toBe(true)
  await pipeline.runDrySoon()
  expect(waited).toEqual([5_000, 10_000, 20_000, 30_000, 30_000, 30_000, 5_000])
})
