import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { withClient } from '../../src/embedded-postgres/database.ts'
import { testDatabase } from './database.ts'
import { dropLeftovers } from './leftovers.ts'
import { hostTag } from './own-names.ts'

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

test('a run that starts drops the databases of killed runs of this host, and no others', async () => {
  const ended = spawnSync('true').pid
  const dead = `test_${hostTag}_${ended}_1_1`
  const kept = [`test_${hostTag}_${process.pid}_0_0`, `test_00000000_${ended}_1_1`]
  await withClient(one.url, async (client) => {
    for (const name of [dead, ...kept]) await client.query(`CREATE DATABASE ${name}`)
  })
  await dropLeftovers('postgres', one.url)
  await withClient(one.url, async (client) => {
    const { rows } = await client.query(`SELECT datname FROM pg_database WHERE datname = ANY ($1) ORDER BY 1`, [
      [dead, ...kept],
    ])
    for (const name of kept) await client.query(`DROP DATABASE ${name}`)
    expect(rows.map(({ datname }) => datname)).toEqual(kept.toSorted())
  })
})
