import { migrations, oldestCode, schemaVersion } from '../../migrations/index.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Connection } from './connection.ts'

export interface SchemaStatus {
  /** Steps done whole; 0 = empty database, or the first step was broken off. */
  readonly version: number
  readonly needed: number
  /** The oldest release that may run on it. */
  readonly oldestCode: string
  readonly pending: string[]
  /** The last step done when this release does not know it; else null. */
  readonly unknownStep: string | null
}

const read = `
  SELECT version, oldest_code, (SELECT m.name FROM slip_migration m ORDER BY m.id DESC LIMIT 1) AS last
  FROM slip_schema`

interface SchemaRow {
  readonly version: number
  readonly oldest_code: string
  readonly last: string | null
}

const noTable = new Set(['42P01', 'ER_NO_SUCH_TABLE'])

export async function schemaStatus(db: Pick<Connection, 'query'>): Promise<SchemaStatus> {
  const [row] = await db.query<SchemaRow>(read).catch((error) => {
    if (noTable.has(error.code)) return []
    throw error
  })
  const version = row?.version ?? 0
  const last = row?.last ?? null
  return {
    version,
    needed: schemaVersion,
    oldestCode: row?.oldest_code ?? oldestCode,
    pending: migrations.slice(version).map((step) => step.name),
    unknownStep: last !== null && !migrations.some(({ name }) => name === last) ? last : null,
  }
}

/**
 * Read by every daemon before each batch. Throws SCHEMA_TOO_OLD when a step is missing or was broken off,
 * SCHEMA_TOO_NEW when the schema no longer admits this release, or is that of a release which went another way. A newer
 * schema that still admits this release will do: steps expand first.
 */
export async function checkSchema(db: Pick<Connection, 'query'>, codeVersion: string): Promise<void> {
  const { version, needed, oldestCode, unknownStep } = await schemaStatus(db)
  if (unknownStep !== null && version <= needed) {
    throw new SlipError(
      'SCHEMA_TOO_NEW',
      `the database was migrated by a release unknown here: it has ${unknownStep} as step ${version}`,
    )
  }
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
