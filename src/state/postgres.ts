import type { Knex } from 'knex'
import pg, { type Client } from 'pg'
import type { Driver, Login } from './pool.ts'
import { arrayText } from './postgres-array.ts'
import { safeNumber } from './safe-number.ts'

/**
 * Times in UTC, and no statement waits for ever: a lock for 5 s, an idle transaction for one minute.
 *
 * Every statement that runs often finds its rows by an index. On a table that is empty when the plan is made a scan
 * seems to be as good, and the plan of a prepared statement stays while the table grows: a page of an enqueue then
 * took 100 ms instead of 15. What must read a whole table still does, by way of its key. A bitmap of a table that is
 * thought to be empty seems as good as its order: of a page of the ledger the whole ledger was then read and sorted.
 * Compiling a plan never pays here, and before PostgreSQL 18 a scan without an alternative would seem expensive enough
 * for it.
 */
const settings = [
  "timezone = 'UTC'",
  // of a role or database: times are kept as text, and read by others
  "datestyle = 'ISO, MDY'",
  "lock_timeout = '5s'",
  "idle_in_transaction_session_timeout = '60s'",
  'enable_seqscan = off',
  'enable_bitmapscan = off',
  'jit = off',
]
const begin = 'BEGIN ISOLATION LEVEL READ COMMITTED'

/** Set once, when the connection is our own. */
const session = ["default_transaction_isolation = 'read committed'", ...settings].map((one) => `SET ${one}`).join('; ')
/** Set in each transaction, in the message that opens it, where the connection is lent for a transaction only. */
const local = [begin, ...settings.map((one) => `SET LOCAL ${one}`)].join('; ')

/**
 * Connections to a pooler. It lends a server connection for one transaction: what a session sets would be gone with the
 * next, and be found by whoever comes after.
 */
const pooled = new WeakSet<Client>()

export function postgresDriver({ host, port, database, user, password, tls, applicationName }: Login): Driver<Client> {
  return {
    dialect: 'postgres',
    begin: (client) => [pooled.has(client) ? local : begin],
    keepsSession: (client) => !pooled.has(client),
    config: {
      client: 'pg',
      connection: {
        host,
        port,
        database,
        user,
        password,
        ssl: tls ?? false,
        application_name: applicationName,
        connectionTimeoutMillis: 5_000,
        keepAlive: true,
        // a host that vanished is noticed in minutes, not after the two hours of the system's default
        keepAliveInitialDelayMillis: 10_000,
        types: { getTypeParser: parserOf },
      } as Knex.PgConnectionConfig,
      pool: {
        afterCreate: (client: Client, done: (error: Error | null, client: Client) => void) => {
          prepare(client).then(
            () => done(null, client),
            (error: Error) => done(error, client),
          )
        },
      },
    },
    query: async (client, sql, values) => (await client.query(queryOf(client, sql, values))).rows,
    change: async (client, sql, values) => (await client.query(queryOf(client, sql, values))).rowCount ?? 0,
  }
}

/** A pooler greets with a process id of its own making, not with that of the server process that answers. */
async function prepare(client: Client): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  if (rows[0]?.pid === (client as Client & { processID?: number }).processID) await client.query(session)
  else pooled.add(client)
}

/** Statements with parameters, by text: there are some hundred, all written in the source. */
const names = new Map<string, string>()

/**
 * On a connection of our own a statement with parameters is prepared under a name: planning a claim takes longer than
 * claiming five items. A pooler may send the next use to a server process that never heard of the name.
 */
function queryOf(client: Client, text: string, values: readonly unknown[]) {
  const written = values.map((value) => (Array.isArray(value) ? arrayText(value) : value))
  if (values.length === 0 || pooled.has(client)) return { text, values: written }
  const name = names.get(text) ?? `slip_${names.size + 1}`
  names.set(text, name)
  return { name, text, values: written }
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
