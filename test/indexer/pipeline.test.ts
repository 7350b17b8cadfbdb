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
