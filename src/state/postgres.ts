import type { Knex } from 'knex'
import pg, { type Client } from 'pg'
import type { Driver, Login } from './pool.ts'
import { safeNumber } from './safe-number.ts'

/** Database clock only, and no statement waits for ever: a lock for 5 s, an idle transaction for one minute. */
const session = `SET timezone = 'UTC'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'`

export function postgresDriver({ host, port, database, user, password, applicationName }: Login): Driver<Client> {
  return {
    dialect: 'postgres',
    begin: ['BEGIN ISOLATION LEVEL READ COMMITTED'],
    config: {
      client: 'pg',
      connection: {
        host,
        port,
        database,
        user,
        password,
        application_name: applicationName,
        connectionTimeoutMillis: 5_000,
        keepAlive: true,
        // a host that vanished is noticed in minutes, not after the two hours of the system's default
        keepAliveInitialDelayMillis: 10_000,
        types: { getTypeParser: parserOf },
      } as Knex.PgConnectionConfig,
      pool: {
        afterCreate: (client: Client, done: (error: Error | null, client: Client) => void) =>
          client.query(session, (error: Error | null) => done(error, client)),
      },
    },
    query: async (client, sql, values) => (await client.query(sql, values as unknown[])).rows,
    change: async (client, sql, values) => (await client.query(sql, values as unknown[])).rowCount ?? 0,
  }
}

const int8 = 20
const numeric = 1700
const timestamps = new Set([1082, 1114, 1184])

/** int8 as a number that must be safe, sums as numbers, timestamps as text: a JavaScript date drops microseconds. */
function parserOf(oid: number, format?: string) {
  if (oid === int8) return safeNumber
  if (oid === numeric) return Number
  if (timestamps.has(oid)) return (text: string) => text
  return pg.types.getTypeParser(oid, (format ?? 'text') as 'text')
}
