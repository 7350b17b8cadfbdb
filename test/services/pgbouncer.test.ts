import { afterAll, beforeAll, expect, test } from 'vitest'
import { withClient } from '../../src/embedded-postgres/database.ts'
import { applyTarget } from '../../src/state/control/target.ts'
import { openDatabase } from '../../src/state/database.ts'
import { migrate } from '../../src/state/migrate.ts'
import { migrationLock, withMigrationLock } from '../../src/state/migrate-lock.ts'
import { change, claimBucket, enqueue, settleAll, worker } from '../state/fixture.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { type Pooler, startPgbouncer } from './pgbouncer/instance.ts'

type Opened = Awaited<ReturnType<typeof openDatabase>>

let database: TestDatabase
let pooler: Pooler
let through: Opened
let direct: Opened
beforeAll(async () => {
  database = await testDatabase()
  direct = await openDatabase({ url: database.url, applicationName: 'test', poolSize: 2 })
  // whoever uses the same connections of the pooler has other settings
  const name = new URL(database.url).pathname.slice(1)
  await direct.query(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET timezone = 'Asia/Tokyo'`)
  await direct.query(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET default_transaction_isolation = 'serializable'`)
  await direct.close()
  direct = await openDatabase({ url: database.url, applicationName: 'test', poolSize: 2 })
  pooler = await startPgbouncer(database.url)
  through = await openDatabase({ url: pooler.url, applicationName: 'test', poolSize: 4 })
})
afterAll(async () => {
  for (const opened of [through, direct]) await opened?.close()
  await pooler?.close()
  await database.drop()
})

const settings = `
  SELECT current_setting('TimeZone') AS timezone, current_setting('lock_timeout') AS lock_timeout,
         current_setting('idle_in_transaction_session_timeout') AS idle,
         current_setting('transaction_isolation') AS isolation`
const ours = { timezone: 'UTC', lock_timeout: '5s', idle: '1min', isolation: 'read committed' }

test('every transaction and every single statement through the pooler has the settings of SLIP', async () => {
  expect(await through.query(settings)).toEqual([ours])
  const at = () => through.transaction((tx) => tx.query(settings))
  expect(await Promise.all(Array.from({ length: 8 }, at))).toEqual(Array.from({ length: 8 }, () => [ours]))
  expect(await direct.query(settings)).toEqual([ours])
})

test('nothing of them is left on the connections of the pooler', async () => {
  for (let at = 0; at < 4; at++) {
    const { rows } = await withClient(pooler.url, (client) => client.query(settings))
    expect(rows).toEqual([{ timezone: 'Asia/Tokyo', lock_timeout: '0', idle: '0', isolation: 'serializable' }])
  }
})

test('a migration through the pooler is one at a time, and leaves no lock behind', async () => {
  await withMigrationLock(through.knex, 'postgres', () =>
    expect(migrate(direct)).rejects.toMatchObject({ code: 'LOCKED' }),
  )
  expect((await migrate(through)).length).toBeGreaterThan(0)
  expect(await migrationLock(direct)).toEqual({ holder: null, leftBehind: false })
  expect(await migrate(through)).toEqual([])
})

test('items are enqueued, claimed and settled through the pooler by more workers than it has connections', async () => {
  await through.transaction((tx) =>
    applyTarget(tx, { name: 'main', engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap: 60_000 }),
  )
  const htids = Array.from({ length: 40 }, (_, at) => `p.${at}`)
  await change(through, htids)
  await enqueue(through, htids)
  const work = async () => {
    const held = await claimBucket(through, await worker(through), { batch: 5 })
    return (await settleAll(through, held)).size
  }
  const settled = await Promise.all(Array.from({ length: 8 }, work))
  expect(settled).toEqual(Array.from({ length: 8 }, () => 5))
  expect(await through.query('SELECT count(*) AS left_over FROM slip_queue')).toEqual([{ left_over: 0 }])
})
