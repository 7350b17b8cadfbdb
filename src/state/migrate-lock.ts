import type { Knex } from 'knex'
import { SlipError } from '../errors/slip-error.ts'
import type { Connection, Dialect } from './connection.ts'
import { isConnectionLoss } from './retry.ts'

/**
 * One migration at a time. Two locks:
 *
 * The advisory lock is held by the very connection that runs the steps, so when it is free no step is running, not even
 * one whose process was killed while the server still worked on its statement. On PostgreSQL it ends with the
 * transaction: a session lock would be left behind on a connection of a transaction pooler.
 *
 * The row of knex. On PostgreSQL it is set and freed inside the transaction and never left behind. On MySQL a process
 * killed between two statements leaves it set, and a person frees it (`db unlock`). It is not taken over by itself:
 * GET_LOCK is known to one server only, and where several take writes (Galera, a failover meanwhile) the row is the only
 * witness that another one is migrating.
 */
const statements = {
  postgres: {
    take: 'SELECT pg_try_advisory_xact_lock(1936484720, 1) AS taken',
    begin: [],
    end: [],
    holder: `
      SELECT a.pid::text AS connection, a.application_name AS program, coalesce(a.client_addr::text, 'a local socket') AS host,
             floor(extract(epoch FROM clock_timestamp() - a.xact_start))::integer AS seconds
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1936484720 AND l.objid = 1 AND l.objsubid = 2
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    rows: `SELECT 1 FROM pg_class WHERE oid = to_regclass('slip_migration_lock')`,
  },
  // one name for the whole server, of 64 characters at most
  mysql: {
    take: `SELECT GET_LOCK(CONCAT('slip_migrate.', MD5(DATABASE())), 0) = 1 AS taken`,
    // knex sets savepoints, which without autocommit outlive the statement though DDL has ended the transaction
    begin: ['SET autocommit = 0'],
    // first what knex has noted down, also of a run that failed
    end: ['COMMIT', 'SET autocommit = 1', `DO RELEASE_LOCK(CONCAT('slip_migrate.', MD5(DATABASE())))`],
    holder: `
      SELECT CAST(h.id AS CHAR) AS connection, p.user AS program, COALESCE(p.host, 'another host') AS host,
             p.time AS seconds
      FROM (SELECT IS_USED_LOCK(CONCAT('slip_migrate.', MD5(DATABASE()))) AS id) h
      LEFT JOIN information_schema.processlist p ON p.id = h.id WHERE h.id IS NOT NULL`,
    rows: `SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = 'slip_migration_lock'`,
  },
} as const

/** Who migrates now, as the database knows it. */
export interface MigrationHolder {
  /** Backend pid on PostgreSQL, connection id on MySQL: what pg_terminate_backend and KILL take. */
  readonly connection: string
  /** application_name on PostgreSQL, the database user on MySQL. */
  readonly program: string | null
  readonly host: string
  readonly seconds: number | null
}

export interface MigrationLock {
  readonly holder: MigrationHolder | null
  /** The row of a run that was broken off is still set. */
  readonly leftBehind: boolean
}

/** Who holds the advisory lock, and whether a run that is no more left its row. */
export async function migrationLock(db: Pick<Connection, 'dialect' | 'query'>): Promise<MigrationLock> {
  const { holder, rows } = statements[db.dialect]
  const [held = null] = await db.query<MigrationHolder>(holder)
  const isThere = (await db.query(rows)).length > 0
  const set = isThere ? await db.query('SELECT 1 FROM slip_migration_lock WHERE is_locked = 1') : []
  return { holder: held, leftBehind: held === null && set.length > 0 }
}

/** The holder as part of a sentence. */
export function holderText({ connection, program, host, seconds }: MigrationHolder): string {
  const since = seconds === null ? '' : `, for ${seconds} s`
  return `${program ?? 'another user'} from ${host} (database connection ${connection}${since})`
}

/** Runs `work` in a transaction whose connection holds the advisory lock. Throws LOCKED with the holder. */
export async function withMigrationLock<T>(
  knex: Knex,
  dialect: Dialect,
  work: (tx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  const { take, begin, end } = statements[dialect]
  return knex.transaction(async (tx) => {
    const [row] = await rowsOf<{ taken: unknown }>(tx, take)
    if (!row?.taken) throw await lockedBy(tx, dialect)
    try {
      await inTurn(tx, begin)
      return await work(tx)
    } finally {
      await endLock(tx, end)
    }
  })
}

/**
 * Each whatever becomes of those before: a connection that goes back to the pool holds no lock. One that is lost has
 * released it, and the pool drops it. Throws what failed otherwise.
 */
async function endLock(tx: Knex, list: readonly string[]): Promise<void> {
  const failures: unknown[] = []
  for (const statement of list) await tx.raw(statement).catch((error: unknown) => failures.push(error))
  const failure = failures.find((error) => !isConnectionLoss(error))
  if (failure !== undefined) throw failure
}

async function inTurn(tx: Knex, list: readonly string[]): Promise<void> {
  for (const statement of list) await tx.raw(statement)
}

async function lockedBy(tx: Knex.Transaction, dialect: Dialect): Promise<SlipError> {
  const [holder] = await rowsOf<MigrationHolder>(tx, statements[dialect].holder)
  const who = holder === undefined ? 'another process' : holderText(holder)
  return new SlipError('LOCKED', `this database is being migrated by ${who}`)
}

/**
 * Frees the row that a run broken off left behind; false = there was none. Throws LOCKED while a migration runs.
 */
export function unlockMigration(knex: Knex, dialect: Dialect): Promise<boolean> {
  return withMigrationLock(knex, dialect, async (tx) => {
    const isThere = (await rowsOf(tx, statements[dialect].rows)).length > 0
    return isThere && (await tx('slip_migration_lock').where('is_locked', 1).update({ is_locked: 0 })) > 0
  })
}

/** What knex gives for a raw query differs by driver. */
export async function rowsOf<Row>(tx: Knex, sql: string): Promise<Row[]> {
  const answer = await tx.raw(sql)
  return Array.isArray(answer) ? answer[0] : answer.rows
}
