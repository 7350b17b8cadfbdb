import { afterAll, expect, test } from 'vitest'
import { withClient } from '../../src/embedded-postgres/database.ts'
import { testDatabase } from './postgres.ts'

const one = await testDatabase()
const two = await testDatabase()
afterAll(async () => {
  await one.drop()
  await two.drop()
})

test('each call gives an empty database of its own, in UTF-8 and byte order', async () => {
  expect(one.url).not.toBe(two.url)
  for (const { url } of [one, two]) {
    const { rows } = await withClient(url, (client) =>
      client.query(
        `SELECT datcollate, pg_encoding_to_char(encoding) AS encoding, count(t) AS tables
         FROM pg_database LEFT JOIN pg_tables t ON schemaname = 'public' WHERE datname = current_database() GROUP BY 1, 2`,
      ),
    )
    expect(rows).toEqual([{ datcollate: 'C.UTF-8', encoding: 'UTF8', tables: '0' }])
  }
})
