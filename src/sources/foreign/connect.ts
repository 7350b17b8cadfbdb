import type { Client } from 'pg'
import { type DatabaseTls, verified } from '../../config/database-tls.ts'
import { SlipError } from '../../errors/slip-error.ts'

/** Where a foreign database is, and how long it may take over an answer. */
export interface ForeignLogin {
  readonly url: string
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** The connection is encrypted, host name and certificate verified; `ca`: PEM, in place of the authorities of Node. */
  readonly tls?: DatabaseTls | undefined
  /** Milliseconds for one statement, and for connecting. */
  readonly timeout: number
}

/** What a column of times holds: moments, or readings of a clock nobody names. */
export type TimeKind = 'moment' | 'clock reading' | 'no time'

/** What a foreign database is asked for, as messages and its list of sessions name it. */
export type ForeignSubject = 'rights' | 'holdings' | 'collections'

/** One connection to a database that is not ours. Statements only read, each for itself; no transaction is left open. */
export interface ForeignDatabase {
  readonly dialect: 'postgres' | 'mysql'
  /** Rows of one statement, with `$1` or `?` (where an array fills `IN (?)`). */
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** What the only column of a statement holds. */
  timeKind(sql: string): Promise<TimeKind>
  /** Whether the server, or what lies between, has ended it. */
  isBroken(): boolean
  close(): Promise<void>
}

/**
 * Connects. Sessions are in UTC and read only; no statement runs longer than the timeout, on the server as here. Whatever
 * goes wrong, now or later, is thrown as SOURCE_DB_UNAVAILABLE with the words of the server.
 */
export async function connectForeign(subject: ForeignSubject, login: ForeignLogin): Promise<ForeignDatabase> {
  const url = new URL(login.url)
  const place = databaseName(subject, login.url)
  const open = /^postgres/.test(url.protocol) ? postgres : mysql
  const opened = await told(place, () => open(url, login, `slip-${subject}`))
  return {
    dialect: opened.dialect,
    query: (sql, values = []) => told(place, () => opened.query(sql, values)),
    timeKind: (sql) => told(place, () => opened.timeKind(sql)),
    isBroken: opened.isBroken,
    close: () => opened.close().catch(() => undefined),
  }
}

/** What messages call a foreign database: `rights database HOST/NAME`. */
export function databaseName(subject: ForeignSubject, url: string): string {
  const { host, pathname } = new URL(url)
  return `${subject} database ${host}${pathname}`
}

async function told<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // a defect of ours is none of the server
    if (error instanceof TypeError) throw error
    const { message, code } = error as { message?: string; code?: string }
    throw new SlipError('SOURCE_DB_UNAVAILABLE', `The ${place}: ${message || code || error}`, {
      place: { server: place },
      cause: error,
    })
  }
}

const loginOf = (url: URL, { user, password }: ForeignLogin) => ({
  host: decodeURIComponent(url.hostname),
  database: decodeURIComponent(url.pathname.slice(1)),
  user: user ?? decodeURIComponent(url.username),
  password: password ?? decodeURIComponent(url.password),
})

/** By the number of the type: timestamptz and timestamp, TIMESTAMP and DATETIME. */
const postgresKinds: ReadonlyMap<number | undefined, TimeKind> = new Map([
  [1184, 'moment'],
  [1114, 'clock reading'],
])
const mysqlKinds: ReadonlyMap<number | undefined, TimeKind> = new Map([
  [7, 'moment'],
  [12, 'clock reading'],
])

async function postgres(url: URL, login: ForeignLogin, name: string): Promise<ForeignDatabase> {
  const { default: pg } = await import('pg')
  const client: Client = new pg.Client({
    ...loginOf(url, login),
    port: Number(url.port || 5432),
    application_name: name,
    ssl: login.tls ?? false,
    connectionTimeoutMillis: login.timeout,
    query_timeout: login.timeout,
  })
  let isBroken = false
  const broke = () => {
    isBroken = true
  }
  client.on('error', broke)
  client.on('end', broke)
  try {
    await client.connect()
    await client.query(`SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = on;
      SET timezone = 'UTC'; SET statement_timeout = ${login.timeout}`)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  return {
    dialect: 'postgres',
    query: async (sql, values = []) => (await client.query(sql, values as unknown[])).rows,
    timeKind: async (sql) => {
      const type = (await client.query(sql)).fields[0]?.dataTypeID
      return postgresKinds.get(type) ?? 'no time'
    },
    isBroken: () => isBroken,
    close: () => client.end(),
  }
}

/** MariaDB counts seconds, and MySQL milliseconds under another name. */
const session = (timeout: number) => [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY',
  `SET SESSION time_zone = '+00:00' /*M!100100 , max_statement_time = ${timeout / 1000} */`,
]

async function mysql(url: URL, login: ForeignLogin, name: string): Promise<ForeignDatabase> {
  const { createConnection } = await import('mysql2/promise')
  const { timeout } = login
  const client = await createConnection({
    ...loginOf(url, login),
    port: Number(url.port || 3306),
    ...(login.tls && { ssl: verified(login.tls) }),
    charset: 'utf8mb4',
    connectTimeout: timeout,
    dateStrings: true,
    connectAttributes: { program_name: name },
  })
  let isBroken = false
  const broke = () => {
    isBroken = true
  }
  client.on('error', broke)
  client.on('end', broke)
  const ask = (sql: string, values: readonly unknown[] = []) =>
    client.query({ sql, values: values as unknown[], timeout })
  try {
    for (const statement of session(timeout)) await ask(statement)
  } catch (error) {
    client.destroy()
    throw error
  }
  return {
    dialect: 'mysql',
    query: async <Row>(sql: string, values?: readonly unknown[]) => (await ask(sql, values))[0] as unknown as Row[],
    timeKind: async (sql) => {
      const type = (await ask(sql))[1][0]?.columnType
      return mysqlKinds.get(type) ?? 'no time'
    },
    isBroken: () => isBroken,
    close: async () => client.destroy(),
  }
}
