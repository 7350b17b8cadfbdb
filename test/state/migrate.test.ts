import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import type { Migration } from '../../migrations/migration.ts'
import { openDatabase } from '../../src/state/database.ts'
import { migrate } from '../../src/state/migrate.ts'
import { migrationLock, unlockMigration, withMigrationLock } from '../../src/state/migrate-lock.ts'
import { type TestDatabase, testDatabase } from '../services/database.ts'
import { cutBefore, statementsOf } from './broken-connection.ts'
import { schemaText } from './schema-text.ts'

type Opened = Awaited<ReturnType<typeof openDatabase>>

let database: TestDatabase
let db: Opened
let second: Opened
const opened: Opened[] = []
beforeAll(async () => {
  database = await testDatabase(inject('stateServer'))
  db = await open()
  second = await open()
  await migrate(db)
})
afterAll(async () => {
  for (const each of opened) await each.close()
  await database.drop()
})

async function open(url = database.url): Promise<Opened> {
  const each = await openDatabase({ url, applicationName: 'test migrate', poolSize: 2 })
  opened.push(each)
  return each
}

/** A killed process is gone from the server only once that notices. */
const untilFree = async (on: Opened) => {
  while ((await migrationLock(on)).holder !== null);
}

test('a run broken off before any of its statements, again and again, ends in the schema of one that was not', async () => {
  const [calm, torn] = [await testDatabase(inject('stateServer')), await testDatabase(inject('stateServer'))]
  const undisturbed = await open(calm.url)
  const statements = await statementsOf(undisturbed.knex, () => migrate(undisturbed))
  const watching = await open(torn.url)
  for (const statement of statements) {
    const killed = await openDatabase({ url: torn.url, applicationName: 'killed', poolSize: 2 })
    const wasCut = cutBefore(killed.knex, statement)
    const ended = await migrate(killed).then(
      () => 'done',
      (error) => `${error.code} ${error.message}`,
    )
    expect([statement, wasCut(), ended]).toEqual([statement, true, expect.stringMatching(/DATABASE_UNAVAILABLE|done/)])
    await killed.close()
    await untilFree(watching)
    const { leftBehind } = await migrationLock(watching)
    expect([statement, await unlockMigration(watching.knex, watching.dialect)]).toEqual([statement, leftBehind])
  }
  await migrate(watching)
  expect(await schemaText(watching)).toEqual(await schemaText(undisturbed))
  for (const each of [undisturbed, watching]) await each.close()
  for (const each of [calm, torn]) await each.drop()
}, 180_000)

test('while one migrates another is told who, and neither migrates nor unlocks', async () => {
  await withMigrationLock(db.knex, db.dialect, async () => {
    const locked = { code: 'LOCKED', message: expect.stringMatching(/being migrated by .+ \(database connection \d+/) }
    await expect(migrate(second)).rejects.toMatchObject(locked)
    await expect(unlockMigration(second.knex, second.dialect)).rejects.toMatchObject(locked)
    expect(await migrationLock(second)).toMatchObject({ holder: { connection: expect.any(String) }, leftBehind: false })
  })
  expect(await migrate(second)).toEqual([])
})

test('the lock that a killed run left is refused with the remedy, and freed by unlock', async () => {
  await db.query('UPDATE slip_migration_lock SET is_locked = 1')
  expect(await migrationLock(db)).toEqual({ holder: null, leftBehind: true })
  await expect(migrate(db)).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining('slipctl db unlock'),
  })
  expect(await unlockMigration(db.knex, db.dialect)).toBe(true)
  expect(await unlockMigration(db.knex, db.dialect)).toBe(false)
  expect(await migrate(db)).toEqual([])
})

const withColumn: Migration = {
  name: '9000-column',
  postgres: ['ALTER TABLE slip_duty ADD COLUMN tried integer'],
  mysql: [
    {
      unless: `SELECT 1 FROM information_schema.columns
               WHERE table_schema = database() AND table_name = 'slip_duty' AND column_name = 'tried'`,
      sql: 'ALTER TABLE slip_duty ADD COLUMN tried int',
    },
  ],
}

test('a statement gives up soon on a table that a long transaction uses, and the step can be run again', async () => {
  const steps = [...migrations, withColumn]
  await second.transaction(async (tx) => {
    await tx.query('SELECT * FROM slip_duty')
    await expect(migrate(db, steps)).rejects.toMatchObject({
      code: 'LOCKED',
      message: 'step 9000-column waited 5 s for a table that another transaction uses',
    })
  })
  expect(await migrate(db, steps)).toEqual(['9000-column'])
  expect(await migrate(db, steps)).toEqual([])
})

test('a step that is done is left out when its version was not noted down any more', async () => {
  await db.query(`DELETE FROM slip_migration WHERE name = '9000-column'`)
  const again: Migration = { ...withColumn, postgres: ['ALTER TABLE slip_duty ADD COLUMN IF NOT EXISTS tried integer'] }
  expect(await migrate(db, [...migrations, again])).toEqual(['9000-column'])
})

test('a database migrated by a release unknown here is left alone, with the step that is unknown', async () => {
  await expect(migrate(db)).rejects.toMatchObject({
    code: 'SCHEMA_TOO_NEW',
    message: 'the database was migrated by a release unknown here: it has 9000-column',
  })
  await db.query(`DELETE FROM slip_migration WHERE name = '9000-column'`)
  await db.query(`UPDATE slip_schema SET version = ${migrations.length}`)
  expect(await migrate(db)).toEqual([])
})

test('a step that fails leaves no lock, and is run again', async () => {
  const wrong: Migration = { name: '9001-wrong', postgres: ['SELECT nothing'], mysql: ['SELECT nothing'] }
  await expect(migrate(db, [...migrations, wrong])).rejects.toMatchObject({ code: 'INTERNAL' })
  expect(await migrationLock(db)).toEqual({ holder: null, leftBehind: false })
  const right: Migration = { name: '9001-wrong', postgres: ['SELECT 1'], mysql: ['SELECT 1'] }
  expect(await migrate(db, [...migrations, right])).toEqual(['9001-wrong'])
})

// MySQL from 8.0.16 on; MariaDB takes them, and MySQL before ignores every CHECK
test('no CHECK for MySQL is a CASE or a bare column, which it does not hold to be a condition', () => {
  const checks =
    migrations
      .flatMap(({ mysql }) => mysql)
      .map((statement) => (typeof statement === 'string' ? statement : statement.sql))
      .join('\n')
      .match(/CHECK \(\s*\S+/g) ?? []
  expect(checks.length).toBeGreaterThan(10)
  expect(checks.filter((check) => /CHECK \(\s*(CASE|IF|\w+\))/.test(check))).toEqual([])
})
