import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Doubled, findDoubled } from '../../src/operations/doubled.ts'
import type { Engine } from '../../src/shards/engine.ts'
import { openEngine } from '../../src/shards/open-engine.ts'
import { document } from '../conformance/engine/documents.ts'
import { type TestDatabase, testDatabase } from '../services/database.ts'

const shards = 3
let database: TestDatabase
let engine: Engine
let index: pg.Client
beforeAll(async () => {
  database = await testDatabase()
  engine = openEngine('embedded', { url: database.url, target: 'main' })
  await engine.create(shards)
  index = new pg.Client({ connectionString: database.url, options: '-c search_path=index_main' })
  await index.connect()
})
afterAll(async () => {
  await index.end()
  await engine.close()
  await database.drop()
})

const put = (shard: number, ...ids: string[]) =>
  engine.post(
    shard,
    ids.map((id) => document({ id, fence: 10 })),
  )
async function find(from: Engine = engine): Promise<{ documents: number; found: Doubled[] }> {
  const found: Doubled[] = []
  const documents = await findDoubled({ engine: from, shards }, { onDoubled: (each) => found.push(each) })
  return { documents, found }
}

test('an index without documents, and one with each in one shard, has none that is doubled', async () => {
  expect(await find()).toEqual({ documents: 0, found: [] })
  await put(1, 'a.1', 'a.3')
  await put(3, 'a.2', 'a.4', 'Z.1')
  expect(await find()).toEqual({ documents: 5, found: [] })
})

test('an item in two shards or three is found with all of them, in the order of the ids, first and last too', async () => {
  await put(2, 'Z.1', 'a.3', 'a.4', 'b.9')
  await put(1, 'a.4', 'b.9')
  expect(await find()).toEqual({
    documents: 11,
    found: [
      { htid: 'Z.1', shards: [2, 3] },
      { htid: 'a.3', shards: [1, 2] },
      { htid: 'a.4', shards: [1, 2, 3] },
      { htid: 'b.9', shards: [1, 2] },
    ],
  })
})

test('one that was removed from a shard while the others were read is not told', async () => {
  let isFirst = true
  const removing: Engine = {
    ...engine,
    get: async (shard, ids) => {
      if (isFirst) await engine.remove(2, [{ id: 'a.3', fence: 11, rev: 2 }])
      isFirst = false
      return engine.get(shard, ids)
    },
  }
  const { found } = await find(removing)
  expect(found.map(({ htid }) => htid)).toEqual(['Z.1', 'a.4', 'b.9'])
})

test('shards of many pages are read with a bounded part in memory, and what lies where pages end is found', async () => {
  const fill = (shard: number, from: number, to: number, step: number) =>
    index.query(`
      INSERT INTO document (shard, id, fence, rev, digest, deleted, fields)
      SELECT ${shard}, 'c.' || lpad(n::text, 6, '0'), 10, 1, md5(n::text), false, '{}'
      FROM generate_series(${from}, ${to}, ${step}) n`)
  await index.query('DELETE FROM document')
  // 10,000 of a shard are a page: even ids here, odd ones there, and every thousandth of these there as well
  await fill(1, 2, 42_000, 2)
  await fill(2, 1, 41_999, 2)
  await fill(2, 1_000, 42_000, 1_000)
  const limits: number[] = []
  const watched: Engine = {
    ...engine,
    scan: (shard, after, limit) => {
      limits.push(limit)
      return engine.scan(shard, after, limit)
    },
  }
  const { documents, found } = await find(watched)
  expect(documents).toBe(42_042)
  expect(found.map(({ htid }) => htid)).toEqual(
    Array.from({ length: 42 }, (_, at) => `c.${String((at + 1) * 1_000).padStart(6, '0')}`),
  )
  expect(Math.max(...limits) * shards).toBeLessThanOrEqual(100_000)
})
