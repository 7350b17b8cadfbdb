import type { Knex } from 'knex'
import pg, { type Client } from 'pg'
import { SlipError } from '../errors/slip-error.ts'
import type { Connection, Database } from './connection.ts'
import { withRetry } from './retry.ts'

export interface DatabaseOptions {
  readonly url: string
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly poolSize?: number
}

/** Database clock only, and no statement waits for ever: a lock for 5 s, an idle transaction for one minute. */
const session = `SET timezone = 'UTC'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'`

/** Opens a pool on `postgres://…`; nothing is connected before the first statement. Throws CONFIG_INVALID for another URL. */
export async function openDatabase(options: DatabaseOptions): Promise<Database & { readonly knex: Knex }> {
  const url = parse(options.url)
  const place = `${url.hostname}:${url.port || 5432}${url.pathname}`
  const { default: createKnex } = await import('knex')
  const knex = createKnex({
    client: 'pg',
    connection: {
      host: decodeURIComponent(url.hostname),
      port: Number(url.port || 5432),
      database: decodeURIComponent(url.pathname.slice(1)),
      user: options.user ?? decodeURIComponent(url.username),
      password: options.password ?? decodeURIComponent(url.password),
      application_name: options.applicationName,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      types: { getTypeParser: parserOf },
    } as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max: options.poolSize ?? 4,
      afterCreate: (client: Client, done: (error: Error | null, client: Client) => void) =>
        client.query(session, (error: Error | null) => done(error, client)),
    },
    acquireConnectionTimeout: 10_000,
    // what knex would print with a stack is thrown to us as well, and told once
    log: { warn: silent, error: silent, deprecate: silent, debug: silent },
  })
  const borrow = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client: Client = await knex.client.acquireConnection()
    try {
      return await work(client)
    } finally {
      await knex.client.releaseConnection(client)
    }
  }
  return {
    dialect: 'postgres',
    knex,
    query: (sql, values) => withRetry(() => borrow((client) => rows(client, sql, values)), place),
    transaction: (work) => withRetry(() => borrow((client) => inTransaction(client, work)), place),
    close: () => knex.destroy(),
  }
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    const message = `database.url must be postgres://HOST[:PORT]/NAME or embedded:DIR`
    throw new SlipError('CONFIG_INVALID', message)
  }
  return url
}

async function inTransaction<T>(client: Client, work: (tx: Connection) => Promise<T>): Promise<T> {
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED')
  try {
    const result = await work({ dialect: 'postgres', query: (sql, values) => rows(client, sql, values) })
    await client.query('COMMIT')
    return result
  } catch (error) {
    // a connection that cannot roll back is broken: the pool drops it, the server rolls back
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function rows<Row>(client: Client, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const answer = await client.query(sql, values as unknown[])
  return answer.rows as Row[]
}

const silent = () => undefined
const int8 = 20
const timestamps = new Set([1082, 1114, 1184])

/** int8 as a number that must be safe, timestamps as text: a JavaScript date drops microseconds. */
function parserOf(oid: number, format?: string) {
  if (oid === int8) return safeNumber
  if (timestamps.has(oid)) return (text: string) => text
  return pg.types.getTypeParser(oid, (format ?? 'text') as 'text')
}

function safeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value))
    throw new SlipError('INTERNAL', `integer ${text} from the database is not a safe number`)
  return value
}
