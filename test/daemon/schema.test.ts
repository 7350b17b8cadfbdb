import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { schemaVersion } from '../../migrations/index.ts'
import { errorCodes } from '../../src/errors/codes.ts'
import { migrate } from '../../src/state/migrate.ts'
import { withMigrationLock } from '../../src/state/migrate-lock.ts'
import { slipctl } from '../ctl/slipctl.ts'
import { type Library, openLibrary } from './library.ts'
import { endAll, runOnce, start } from './processes.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterEach(async () => {
  await endAll()
  await rows(`UPDATE slip_schema SET version = ${schemaVersion}, oldest_code = '0.1.0'`)
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)
const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])

test.each([
  ['a step is missing, or was broken off', `version = version - 1`, 'SCHEMA_TOO_OLD', /slipctl\.cjs .*db migrate/],
  ['a newer release made it, and only newer ones may run', `oldest_code = '99.0.0'`, 'SCHEMA_TOO_NEW', /Install/],
] as const)('when %s, daemons and slipctl end with 8 and the remedy', async (_, change, code, remedy) => {
  await rows(`UPDATE slip_schema SET ${change}`)
  const daemon = await runOnce('index', library.configFile)
  expect(daemon.code).toBe(8)
  expect(daemon.events.at(-1)).toMatchObject({
    ...{ event: 'daemon.stopped', level: 50, exitCode: 8, code },
    ...{ message: expect.any(String), place: expect.any(Object), advice: errorCodes[code].advice },
  })
  const status = await ctl('status')
  expect([status.code, status.err]).toEqual([8, expect.stringContaining(code)])
  const shown = await ctl('db', 'status')
  expect([shown.code, shown.out]).toEqual([8, expect.stringMatching(remedy)])
})

test('a newer schema that still admits this release stops nobody', async () => {
  await rows('UPDATE slip_schema SET version = version + 1')
  expect((await runOnce('enqueue', library.configFile)).code).toBe(0)
  expect((await ctl('db', 'status')).code).toBe(0)
})

test('a daemon that runs while the schema leaves it behind ends with 8 before its next batch', async () => {
  const daemon = start('index', library.configFile)
  await daemon.event('daemon.ready')
  await rows(`UPDATE slip_schema SET oldest_code = '99.0.0'`)
  expect((await daemon.exit).code).toBe(8)
})

test('a schema of a release unknown here is refused by daemons and by db migrate, with the step that is unknown', async () => {
  await rows(`UPDATE slip_migration SET name = '0099-elsewhere' WHERE name LIKE '00%' AND id = ${schemaVersion}`)
  const daemon = await runOnce('index', library.configFile)
  expect([daemon.code, daemon.words]).toEqual([8, expect.stringContaining('0099-elsewhere')])
  const migrated = await ctl('db', 'migrate')
  expect([migrated.code, migrated.err]).toEqual([8, expect.stringContaining('0099-elsewhere')])
  await rows(`DELETE FROM slip_migration WHERE name = '0099-elsewhere'`)
  await rows(`DROP TABLE slip_migration`)
  const bare = await ctl('db', 'status')
  expect([bare.code, bare.out]).toEqual([8, expect.stringContaining('schema version 0,')])
})

test('db status tells who migrates, and db unlock is refused meanwhile; what a killed run left is freed', async () => {
  const another = await openLibrary()
  const shown = (...args: string[]) => slipctl([...args, '--config', another.configFile])
  const { db } = another.state
  await withMigrationLock(db.knex, db.dialect, async () => {
    expect((await shown('db', 'status')).out).toMatch(/^being migrated by .* \(database connection \d+/m)
    expect(await shown('db', 'unlock')).toMatchObject({ code: 6, err: expect.stringContaining('being migrated by') })
    expect((await shown('db', 'migrate')).code).toBe(6)
  })
  await db.query('UPDATE slip_migration_lock SET is_locked = 1')
  expect((await shown('db', 'status')).out).toMatch(/left its lock; first: node .*slipctl\.cjs .*db unlock/)
  expect(await shown('db', 'migrate')).toMatchObject({ code: 6, err: expect.stringContaining('db unlock') })
  expect(await shown('db', 'unlock')).toMatchObject({ code: 0, out: expect.stringContaining('freed') })
  expect(await shown('db', 'migrate')).toMatchObject({ code: 0, out: expect.stringContaining('nothing to do') })
  expect(await migrate(db)).toEqual([])
  await another.close()
})
