import type { Knex } from 'knex'
import { migrations, oldestCode } from '../../migrations/index.ts'
import type { Migration, MysqlStatement } from '../../migrations/migration.ts'
import { asSlipError, SlipError } from '../errors/slip-error.ts'
import type { Dialect } from './connection.ts'
import { rowsOf, withMigrationLock } from './migrate-lock.ts'
import { isConnectionLoss, isRefusal } from './retry.ts'

const writeVersion = {
  postgres: `INSERT INTO slip_schema (version, oldest_code) VALUES (?, ?)
    ON CONFLICT (only_row) DO UPDATE SET version = EXCLUDED.version, oldest_code = EXCLUDED.oldest_code`,
  mysql: `INSERT INTO slip_schema (version, oldest_code) VALUES (?, ?)
    ON DUPLICATE KEY UPDATE version = VALUES(version), oldest_code = VALUES(oldest_code)`,
}

/**
 * DDL asks for a table all to itself, and while it waits behind one long transaction everybody waits behind it: it gives
 * up soon. On MySQL every connection of SLIP has it (lock_wait_timeout).
 */
const limits = { postgres: `SET LOCAL lock_timeout = '5s'`, mysql: null }

/**
 * Runs those of the steps not yet run; returns their names. Throws LOCKED when another process migrates, when a run broken off
 * left its lock (MySQL), or when a table stays in use; SCHEMA_TOO_NEW when the database knows a step that this release
 * does not; DATABASE_UNAVAILABLE when the connection is lost. It can then be run again: on PostgreSQL nothing was done,
 * on MySQL it goes on with the step that was broken off.
 */
export async function migrate(
  { knex, dialect }: { readonly knex: Knex; readonly dialect: Dialect },
  steps: readonly Migration[] = migrations,
): Promise<string[]> {
  // on MySQL each statement of DDL commits, and a savepoint would be gone at its end
  const settings = {
    migrationSource: source(dialect, steps),
    tableName: 'slip_migration',
    disableTransactions: dialect === 'mysql',
  }
  const limit = limits[dialect]
  try {
    return await withMigrationLock(knex, dialect, async (tx) => {
      if (limit !== null) await tx.raw(limit)
      const [, names] = (await tx.migrate.latest(settings)) as [number, string[]]
      return names
    })
  } catch (error) {
    throw explained(error as Error)
  }
}

const source = (dialect: Dialect, steps: readonly Migration[]) => ({
  getMigrations: async () => [...steps],
  getMigrationName: (step: Migration) => step.name,
  getMigration: async (step: Migration) => ({
    up: async (tx: Knex) => {
      for (const [at, statement] of step[dialect].entries()) await runStatement(tx, statement, step, at)
      await tx.raw(writeVersion[dialect], [steps.indexOf(step) + 1, oldestCode])
    },
    down: async () => {
      throw new SlipError('USAGE', `${step.name} cannot be undone: restore a backup`)
    },
  }),
})

const lockTimeouts = new Set(['55P03', 'ER_LOCK_WAIT_TIMEOUT'])

async function runStatement(tx: Knex, statement: MysqlStatement, { name }: Migration, at: number): Promise<void> {
  const { unless, sql } = typeof statement === 'string' ? { unless: null, sql: statement } : statement
  try {
    if (unless !== null && (await rowsOf(tx, unless)).length > 0) return
    await tx.raw(sql)
  } catch (error) {
    if (!lockTimeouts.has(String((error as { code?: unknown }).code))) throw error
    const message = `step ${name} waited 5 s for a table that another transaction uses`
    throw new SlipError('LOCKED', message, { place: { step: name, statement: at + 1 }, cause: error })
  }
}

function explained(error: Error): SlipError {
  if (isConnectionLoss(error)) {
    const message = `the connection was lost while migrating: ${error.message}`
    return new SlipError('DATABASE_UNAVAILABLE', message, { cause: error })
  }
  if (isRefusal(error)) {
    // knex puts the statement before the words of the server
    const message = `the database refuses to be migrated: ${error.message.split(' - ').at(-1)}`
    return new SlipError('DATABASE_UNAVAILABLE', message, { cause: error })
  }
  if (/already locked/.test(error.message)) {
    const message =
      'a migration of this database was broken off, or runs through another server; when none does: slipctl db unlock'
    return new SlipError('LOCKED', message, { cause: error })
  }
  if (/migration directory is corrupt/.test(error.message)) {
    const message = `the database was migrated by a release unknown here: it has ${unknownSteps(error.message)}`
    return new SlipError('SCHEMA_TOO_NEW', message, { cause: error })
  }
  return asSlipError(error)
}

/** knex names them after the last colon. */
const unknownSteps = (message: string) => message.slice(message.lastIndexOf(':') + 1).trim()
