import { spawnSync } from 'node:child_process'
import type { RowDataPacket } from 'mysql2'
import type { Connection } from 'mysql2/promise'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from './database.ts'
import { dropLeftovers } from './leftovers.ts'
import { withMariadb } from './mariadb/connection.ts'
import { hostTag } from './own-names.ts'

const one = await testDatabase('mariadb')
const two = await testDatabase('mariadb')
afterAll(async () => {
  await one.drop()
  await two.drop()
})

async function rows(connection: Connection, sql: string): Promise<RowDataPacket[]> {
  const [found] = await connection.query<RowDataPacket[]>(sql)
  return found
}

const ask = (sql: string, url = one.url) => withMariadb(url, (connection) => rows(connection, sql))
const run = (sql: string) => withMariadb(one.url, (connection) => connection.query(sql))
const nameOf = ({ url }: { url: string }) => new URL(url).pathname.slice(1)

test('each call gives an empty database of its own, in utf8mb4', async () => {
  expect(one.url).not.toBe(two.url)
  for (const database of [one, two]) {
    const found = await ask(
      `SELECT database() AS name, @@character_set_database AS characters,
       (SELECT count(*) FROM information_schema.tables WHERE table_schema = database()) AS tables`,
      database.url,
    )
    expect(found).toEqual([{ name: nameOf(database), characters: 'utf8mb4', tables: 0 }])
  }
})

test('a dropped database is gone, whoever is connected', async () => {
  const three = await testDatabase('mariadb')
  await withMariadb(three.url, async () => three.drop())
  expect(await ask(`SHOW DATABASES LIKE '${nameOf(three).replaceAll('_', '\\_')}'`)).toEqual([])
})

test('the server is MariaDB 10.6 or later', async () => {
  const [found] = await ask('SELECT version() AS version')
  const [major = 0, minor = 0] = String(found?.version).split('.').map(Number)
  expect(found?.version).toContain('MariaDB')
  expect(major * 100 + minor).toBeGreaterThanOrEqual(1006)
})

test('under READ COMMITTED a transaction sees what another has committed since it began', async () => {
  await run('CREATE TABLE committed (n INT)')
  await withMariadb(one.url, async (reader) => {
    await reader.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
    await reader.query('START TRANSACTION')
    expect(await rows(reader, 'SELECT n FROM committed')).toEqual([])
    await run('INSERT INTO committed VALUES (1)')
    expect(await rows(reader, 'SELECT n FROM committed')).toEqual([{ n: 1 }])
  })
})

test('SKIP LOCKED passes over the rows that another transaction has locked', async () => {
  await run('CREATE TABLE skipped (n INT PRIMARY KEY)')
  await run('INSERT INTO skipped VALUES (1), (2)')
  await withMariadb(one.url, async (holder) => {
    await holder.query('START TRANSACTION')
    await holder.query('SELECT n FROM skipped WHERE n = 1 FOR UPDATE')
    expect(await ask('SELECT n FROM skipped ORDER BY n FOR UPDATE SKIP LOCKED')).toEqual([{ n: 2 }])
  })
})

test('a run that starts drops the databases of killed runs of this host, and no others', async () => {
  const ended = spawnSync('true').pid
  const dead = `test_${hostTag}_${ended}_1_1`
  const kept = [`test_${hostTag}_${process.pid}_0_0`, `test_00000000_${ended}_1_1`]
  for (const name of [dead, ...kept]) await run(`CREATE DATABASE ${name}`)
  await dropLeftovers('mariadb', one.url)
  const left = await ask(
    `SELECT schema_name AS name FROM information_schema.schemata
     WHERE schema_name IN ('${[dead, ...kept].join("', '")}') ORDER BY 1`,
  )
  for (const name of kept) await run(`DROP DATABASE ${name}`)
  expect(left.map(({ name }) => name)).toEqual(kept.toSorted())
})
