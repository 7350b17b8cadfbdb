import type { Knex } from 'knex'
import { migrations, oldestCode, schemaVersion } from '../../migrations/index.ts'
import type { Migration } from '../../migrations/migration.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Connection, Dialect } from './connection.ts'

const writeVersion = {
  postgres: `INSERT INTO slip_schema (version, oldest_code) VALUES (?, ?)
    ON CONFLICT (only_row) DO UPDATE SET version = EXCLUDED.version, oldest_code = EXCLUDED.oldest_code`,
  mysql: `INSERT INTO slip_schema (version, oldest_code) VALUES (?, ?)
    ON DUPLICATE KEY UPDATE version = VALUES(version), oldest_code = VALUES(oldest_code)`,
}

/** PostgreSQL runs a step in one transaction; on MySQL each DDL commits, and a step broken off is run again whole. */
const source = (dialect: Dialect) => ({
  getMigrations: async () => [...migrations],
  getMigrationName: (step: Migration) => step.name,
  getMigration: async (step: Migration) => ({
    up: async (tx: Knex) => {
      for (const statement of step[dialect]) await tx.raw(statement)
      await tx.raw(writeVersion[dialect], [migrations.indexOf(step) + 1, oldestCode])
    },
    down: async () => {
      throw new SlipError('USAGE', `${step.name} cannot be undone: restore a backup`)
    },
  }),
})

/** Runs the steps not yet run; returns their names. Two at once: the second throws LOCKED. */
export async function migrate({
  knex,
  dialect,
}: Pick<Connection, 'dialect'> & { readonly knex: Knex }): Promise<string[]> {
  const settings = { migrationSource: source(dialect), tableName: 'slip_migration' }
  try {
    const [, names] = (await knex.migrate.latest(settings)) as [number, string[]]
    return names
  } catch (error) {
    if ((error as Error).name === 'MigrationLocked' || /already locked/.test((error as Error).message)) {
      throw new SlipError('LOCKED', 'another process migrates this database', { cause: error })
    }
    if (/migration directory is corrupt/.test((error as Error).message)) {
      throw new SlipError('SCHEMA_TOO_NEW', 'the database was migrated by a newer release', { cause: error })
    }
    throw error
  }
}

export interface SchemaStatus {
  /** 0 = empty database. */
  readonly version: number
  readonly needed: number
  readonly oldestCode: string
  readonly pending: string[]
}

const hasSchema = {
  postgres: `SELECT 1 FROM pg_class WHERE oid = to_regclass('slip_schema')`,
  mysql: `SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = 'slip_schema'`,
}

export async function schemaStatus(db: Connection): Promise<SchemaStatus> {
  const [table] = await db.query(hasSchema[db.dialect])
  const [row] = table
    ? await db.query<{ version: number; oldest_code: string }>('SELECT version, oldest_code FROM slip_schema')
    : []
  const version = row?.version ?? 0
  return {
    version,
    needed: schemaVersion,
    oldestCode: row?.oldest_code ?? oldestCode,
    pending: migrations.slice(version).map((step) => step.name),
  }
}

/**
 * Read by every daemon before each batch. Throws SCHEMA_TOO_OLD when a step is missing, SCHEMA_TOO_NEW when the schema
 * no longer admits this release.
 */
export async function checkSchema(db: Connection, codeVersion: string): Promise<void> {
  const { version, needed, oldestCode } = await schemaStatus(db)
  if (version < needed) {
    throw new SlipError('SCHEMA_TOO_OLD', `the database schema is version ${version}, this release needs ${needed}`)
  }
  if (compareVersions(codeVersion, oldestCode) < 0) {
    throw new SlipError(
      'SCHEMA_TOO_NEW',
      `the database schema needs release ${oldestCode} or newer, this is ${codeVersion}`,
    )
  }
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
