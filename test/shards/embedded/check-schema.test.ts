import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { withClient } from '../../../src/embedded-postgres/database.ts'
import type { Engine } from '../../../src/shards/engine.ts'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { testDatabase } from '../../services/database.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let engine: Engine
let target: string
let turn = 0
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.drop())
beforeEach(async () => {
  target = `check${turn++}`
  engine = openEngine('embedded', { url: database.url, target })
  await engine.create(2)
})
afterEach(() => engine?.close())

/** What is told of shard 1 after statements of somebody else. */
async function told(sql: string) {
  await withClient(database.url, (client) => client.query(`SET search_path = index_${target}; ${sql}`))
  return (await engine.checkSchema(1)).differences
}

test('columns of another type, that are missing or may be null, and other orders of bytes need a rebuild', async () => {
  const differences = await told(`
    ALTER TABLE document ALTER COLUMN rev TYPE integer, DROP COLUMN fields;
    ALTER TABLE page ALTER COLUMN text DROP NOT NULL, ALTER COLUMN label TYPE text COLLATE "C"`)
  expect(differences).toEqual([
    { what: 'table document, rev', is: 'integer NOT NULL', shouldBe: 'bigint NOT NULL', needs: 'rebuild' },
    { what: 'table document, fields', is: null, shouldBe: 'jsonb', needs: 'rebuild' },
    { what: 'table page, label', is: 'text COLLATE "C"', shouldBe: 'text', needs: 'rebuild' },
    { what: 'table page, text', is: 'text', shouldBe: 'text NOT NULL', needs: 'rebuild' },
  ])
})

test('an index that is missing is made by targets apply, and columns that are more are harmless', async () => {
  expect(await told('DROP INDEX page_words; ALTER TABLE document ADD COLUMN own text')).toEqual([
    { what: 'table document, own', is: 'text', shouldBe: null, needs: 'nothing' },
    { what: 'index page_words', is: null, shouldBe: 'on page USING gin (words)', needs: 'reload' },
  ])
  await engine.create(2)
  expect((await engine.checkSchema(1)).differences).toMatchObject([{ what: 'table document, own' }])
})

test('a shard of which one part is missing is none', async () => {
  await expect(told('DROP TABLE page_1')).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: `schema index_${target}, shard 1: there is none; slipctl targets apply makes it`,
  })
  expect((await engine.checkSchema(2)).differences).toEqual([])
})
