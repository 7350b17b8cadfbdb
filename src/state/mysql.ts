import type { Knex } from 'knex'
import type { Connection as Client, ResultSetHeader, RowDataPacket } from 'mysql2'
import { verified } from '../config/database-tls.ts'
import type { Driver, Login } from './pool.ts'
import { safeNumber } from './safe-number.ts'

/**
 * READ COMMITTED, for REPEATABLE READ locks gaps and blocks every insert beside an empty poll; UTC; strict, so that
 * nothing is cut silently; a lock is waited for 5 s, of a row as of a table. A connection silent for a minute is ended: in a
 * transaction it would hold its locks for as long as its process sleeps, and outside of one the pool has closed it before.
 *
 * MariaDB only: an IN list of 1000 would become a table it joins, and rows be locked in the order of its hash, not of the
 * key (deadlocks); an EXISTS would be worked out for the whole target once a statement instead of looked up by row.
 */
const session = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 5, lock_wait_timeout = 5, wait_timeout = 60,
     /*M! in_predicate_conversion_threshold = 0, optimizer_switch = 'exists_to_in=off', */
     sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
]

export function mysqlDriver({ host, port, database, user, password, tls }: Login): Driver<Client> {
  return {
    dialect: 'mysql',
    begin: () => ['START TRANSACTION'],
    keepsSession: () => true,
    config: {
      client: 'mysql2',
      connection: {
        host,
        port,
        database,
        user,
        password,
        ...(tls && { ssl: verified(tls) }),
        charset: 'utf8mb4',
        timezone: 'Z',
        dateStrings: true,
        connectTimeout: 5_000,
        enableKeepAlive: true,
        // a host that vanished is noticed in minutes, not after the two hours of the system's default
        keepAliveInitialDelay: 10_000,
        // rows found, not rows changed: an update that writes the same value has found its row
        flags: ['FOUND_ROWS'],
        typeCast: castOf,
      } as unknown as Knex.MySql2ConnectionConfig,
      pool: {
        afterCreate: (client: Client, done: (error: Error | null, client: Client) => void) => {
          const ready = session.reduce(
            (before, sql) => before.then(() => run(client, sql, [])),
            Promise.resolve<unknown>(null),
          )
          ready.then(
            () => done(null, client),
            (error: Error) => done(error, client),
          )
        },
      },
    },
    query: async (client, sql, values) =>
      (await run<RowDataPacket[]>(client, sql, values)) as Record<string, unknown>[],
    change: async (client, sql, values) => (await run<ResultSetHeader>(client, sql, values)).affectedRows,
  }
}

function run<Result>(client: Client, sql: string, values: readonly unknown[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    client.query(sql, values as unknown[], (error, result) => (error ? reject(error) : resolve(result as Result)))
  })
}

interface Field {
  readonly type: string
  readonly length: number
  string(): string | null
}

/** BIGINT and sums as numbers that must be safe, TINYINT(1) as boolean; the rest as the driver reads it. */
function castOf(field: Field, next: () => unknown): unknown {
  if (field.type === 'LONGLONG') {
    const text = field.string()
    return text === null ? null : safeNumber(text)
  }
  if (field.type === 'NEWDECIMAL') {
    const text = field.string()
    return text === null ? null : Number(text)
  }
  if (field.type === 'TINY' && field.length === 1) {
    const text = field.string()
    return text === null ? null : text === '1'
  }
  return next()
}
