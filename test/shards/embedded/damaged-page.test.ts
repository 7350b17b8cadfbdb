import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEmbeddedEngine } from '../../../src/shards/embedded/engine.ts'
import type { Engine } from '../../../src/shards/engine.ts'
import { document } from '../../conformance/engine/documents.ts'
import { type TestDatabase, testDatabase } from '../../services/database.ts'

let database: TestDatabase
let engine: Engine
beforeAll(async () => {
  database = await testDatabase()
  engine = openEmbeddedEngine({ url: database.url, target: 'main' })
  await engine.create(1)
})
afterAll(async () => {
  await engine.close()
  await database.drop()
})

test('a document of which one page is no JSON is rejected whole, and its neighbours are written', async () => {
  const sound = document({ id: 'a.2', fence: 1, pages: ['ends in "quotes"', 'second page'] })
  const [first, second] = sound.pages
  const damaged = { ...sound, id: 'a.1', pages: [{ ...first!, length: first!.length - 1 }, second!] }
  const outcomes = await engine.post(1, [damaged, sound])
  expect(outcomes).toMatchObject([{ kind: 'rejected' }, { kind: 'done' }])
  expect((await engine.get(1, ['a.1', 'a.2'])).map(({ id }) => id)).toEqual(['a.2'])
})
