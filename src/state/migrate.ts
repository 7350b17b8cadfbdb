import type { Knex } from 'knex'
import { migrations, oldestCode, schemaVersion } from '../../migrations/index.ts'
import type { Migration } from '../../migrations/migration.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Connection } from './connection.ts'

const source = {
  getMigrations: async () => [...migrations],
  getMigrationName: (step: Migration) => step.name,
  getMigration: async (step: Migration) => ({
    up: async (tx: Knex) => {
      for (const statement of step.postgres) await tx.raw(statement)
      await tx.raw(
        `INSERT INTO slip_schema (version, oldest_code) VALUES (?, ?)
         ON CONFLICT (only_row) DO UPDATE SET version = EXCLUDED.version, oldest_code = EXCLUDED.oldest_code`,
        [migrations.indexOf(step) + 1, oldestCode],
      )
    },
    down: async () => {
      throw new SlipError('USAGE', `${step.name} cannot be undone: restore a backup`)
    },
  }),
}

const settings = {
  migrationSource: source,
  tableName: 'slip_migration',
} satisfies Knex.MigratorConfig

/** Runs the steps not yet run; returns their names. Two at once: the second throws LOCKED. */
export async function migrate(knex: Knex): Promise<string[]> {
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

export async function schemaStatus(db: Connection): Promise<SchemaStatus> {
  const [table] = await db.query<{ found: boolean }>(`SELECT to_regclass('slip_schema') IS NOT NULL AS found`)
  const [row] = table?.found
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
