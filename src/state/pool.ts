import type { Knex } from 'knex'
import type { DatabaseTls } from '../config/database-tls.ts'
import type { Connection, Database, Dialect } from './connection.ts'
import { withRetry } from './retry.ts'

/** Where and as whom to connect. */
export interface Login {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  /** Connections are encrypted, host name and certificate verified; `ca`: PEM, in place of the authorities of Node. */
  readonly tls?: DatabaseTls | undefined
  readonly applicationName: string
}

/** What one driver gives the pool: how a connection of it runs statements. */
export interface Driver<Client> {
  readonly dialect: Dialect
  readonly config: Knex.Config
  /** Statements that open a transaction in READ COMMITTED. */
  begin(client: Client): readonly string[]
  /** False where each transaction may run on another connection of the server: a single statement is then one, too. */
  keepsSession(client: Client): boolean
  query(client: Client, sql: string, values: readonly unknown[]): Promise<Record<string, unknown>[]>
  change(client: Client, sql: string, values: readonly unknown[]): Promise<number>
}

const silent = () => undefined

/** A pool of connections of one driver; `place` names the server in messages. */
export async function openPool<Client>(
  driver: Driver<Client>,
  place: string,
  size: number,
): Promise<Database & { readonly knex: Knex }> {
  const { default: createKnex } = await import('knex')
  const knex = createKnex({
    ...driver.config,
    pool: { min: 0, max: size, ...driver.config.pool },
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
  const alone = <T>(work: (client: Client) => Promise<T>) => withRetry(() => borrow(work), place)
  const single = <T>(work: (client: Client) => Promise<T>) =>
    alone((client) => (driver.keepsSession(client) ? work(client) : bracketed(driver, client, () => work(client))))
  return {
    dialect: driver.dialect,
    knex,
    query: (sql, values = []) => single((client) => driver.query(client, sql, values)) as Promise<never>,
    change: (sql, values = []) => single((client) => driver.change(client, sql, values)),
    transaction: (work) => alone((client) => bracketed(driver, client, () => work(connectionOn(driver, client)))),
    statement: (work) => single((client) => work(connectionOn(driver, client))),
    close: () => knex.destroy(),
  }
}

const connectionOn = <Client>(driver: Driver<Client>, client: Client): Connection => ({
  dialect: driver.dialect,
  query: (sql, values = []) => driver.query(client, sql, values) as Promise<never>,
  change: (sql, values = []) => driver.change(client, sql, values),
})

async function bracketed<Client, T>(driver: Driver<Client>, client: Client, work: () => Promise<T>): Promise<T> {
  for (const statement of driver.begin(client)) await driver.change(client, statement, [])
  try {
    const result = await work()
    await driver.change(client, 'COMMIT', [])
    return result
  } catch (error) {
    // a connection that cannot roll back is broken: the pool drops it, the server rolls back
    await driver.change(client, 'ROLLBACK', []).catch(silent)
    throw error
  }
}
