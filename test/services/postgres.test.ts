import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { withClient } from '../../src/embedded-postgres/database.ts'
import { testDatabase } from './postgres.ts'
import { offerPostgres } from './postgres-cluster.ts'

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

test('a run that starts drops the databases of runs that were killed, and no others', async () => {
  const dead = `test_${spawnSync('true').pid}_1_1`
  const living = `test_${process.pid}_0_0`
  await withClient(one.url, async (client) => {
    await client.query(`CREATE DATABASE ${dead}`)
    await client.query(`CREATE DATABASE ${living}`)
  })
  const run = await offerPostgres()
  const asked = connect(run.port, '127.0.0.1')
  asked.resume()
  await once(asked, 'end')
  await run.close()
  await withClient(one.url, async (client) => {
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE datname = ANY ($1)', [[dead, living]])
    await client.query(`DROP DATABASE ${living}`)
    expect(rows).toEqual([{ datname: living }])
  })
})
