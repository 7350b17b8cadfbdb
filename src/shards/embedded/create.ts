import pg from 'pg'
import { ensureDatabase, withClient } from '../../embedded-postgres/database.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { engineUnavailable, placeOf, type ServerOptions, schemaOf } from './server.ts'
import { createStatements, indexes } from './tables.ts'

/**
 * Makes the namespace, the tables and one partition per shard 1…N, where missing. Safe to run at the same time from
 * several processes. Makes the database itself when the server has none of that name.
 *
 * @throws ENGINE_UNAVAILABLE, or CONFIG_INVALID when the database is not in UTF8
 */
export async function createIndex(pool: pg.Pool, options: ServerOptions, shards: number): Promise<void> {
  try {
    await createDatabase(options.url)
    const client = await pool.connect()
    try {
      await createTables(client, options.target, shards)
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
  } catch (error) {
    throw error instanceof SlipError ? error : engineUnavailable(error, options.target, placeOf(pool))
  }
}

async function createTables(client: pg.PoolClient, target: string, shards: number): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>('SHOW server_encoding')
  if (rows[0]?.server_encoding !== 'UTF8') {
    throw new SlipError('CONFIG_INVALID', `The engine's database is in ${rows[0]?.server_encoding}; it must be UTF8.`, {
      place: { target },
    })
  }
  // Even IF NOT EXISTS takes locks that posts wait for: a daemon that starts must not stall the others.
  if ((await partitions(client)) >= shards && (await hasIndexes(client))) return
  await client.query('BEGIN')
  // IF NOT EXISTS alone does not stand two creators at the same moment.
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [schemaOf(target)])
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schemaOf(target))}`)
  await client.query(createStatements)
  for (let shard = 1; shard <= shards; shard++) {
    await client.query(`CREATE TABLE IF NOT EXISTS document_${shard} PARTITION OF document FOR VALUES IN (${shard});
                        CREATE TABLE IF NOT EXISTS page_${shard} PARTITION OF page FOR VALUES IN (${shard})`)
  }
  await client.query('COMMIT')
}

/** Shards there are; both partitions of a shard appear in one transaction, with everything before them. */
async function partitions(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    "SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass('page')",
  )
  return rows[0]?.count ?? 0
}

async function hasIndexes(client: pg.PoolClient): Promise<boolean> {
  const names = Object.keys(indexes)
  const { rows } = await client.query<{ has: boolean }>(
    'SELECT bool_and(to_regclass(name) IS NOT NULL) AS has FROM unnest($1::text[]) AS name',
    [names],
  )
  return rows[0]?.has === true
}

/** By a connection to its own database first: who may use that need not be let into another. */
async function createDatabase(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1))
  const missing = await withClient(url, async () => null).catch((error: unknown) => error)
  if (missing === null) return
  if (!(missing instanceof pg.DatabaseError && missing.code === '3D000' && name !== '')) throw missing
  const urlOf = (database: string) => Object.assign(new URL(url), { pathname: `/${encodeURIComponent(database)}` }).href
  await ensureDatabase({ url: urlOf }, name)
}
