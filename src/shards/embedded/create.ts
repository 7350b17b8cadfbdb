import pg from 'pg'
import { SlipError } from '../../errors/slip-error.ts'
import { engineUnavailable, type ServerOptions, schemaOf } from './server.ts'

// fence decides, a removal leaves its row (deleted) behind as the tombstone. Ids compare by byte, as in every engine.
const tables = `
  CREATE TABLE IF NOT EXISTS document (
    shard integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    fence bigint NOT NULL,
    rev bigint NOT NULL,
    digest text,
    deleted boolean NOT NULL,
    fields jsonb,
    CHECK (deleted = (digest IS NULL)),
    CHECK (deleted = (fields IS NULL)),
    PRIMARY KEY (shard, id)
  ) PARTITION BY LIST (shard);
  -- new fences are the highest: an insert at the right end, always the same page
  CREATE INDEX IF NOT EXISTS document_fence ON document (fence);
  -- page 0 is the catalogue text; a page too long for a tsvector has several parts.
  CREATE TABLE IF NOT EXISTS page (
    shard integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    page integer NOT NULL,
    part integer NOT NULL,
    "order" integer NOT NULL,
    label text,
    text text NOT NULL,
    words tsvector NOT NULL,
    dropped integer NOT NULL,
    PRIMARY KEY (shard, id, page, part)
  ) PARTITION BY LIST (shard);
  CREATE INDEX IF NOT EXISTS page_words ON page USING gin (words);`

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
    throw error instanceof SlipError ? error : engineUnavailable(error, options.target)
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
  if ((await partitions(client)) >= shards) return
  await client.query('BEGIN')
  // IF NOT EXISTS alone does not stand two creators at the same moment.
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [schemaOf(target)])
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schemaOf(target))}`)
  await client.query(tables)
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

async function createDatabase(url: string): Promise<void> {
  const database = new pg.Client({ connectionString: url })
  const name = database.database
  const missing = await connectError(database)
  await database.end()
  if (missing === null) return
  if (!(missing instanceof pg.DatabaseError && missing.code === '3D000' && name)) throw missing
  const maintenance = new URL(url)
  maintenance.pathname = '/postgres'
  const server = new pg.Client({ connectionString: maintenance.href })
  await server.connect()
  try {
    await server.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0 ENCODING 'UTF8'`)
  } catch (error) {
    // Another process made it meanwhile: duplicate_database, or the unique key of the catalogue itself.
    if (!(error instanceof pg.DatabaseError && /^(42P04|23505)$/.test(error.code ?? ''))) throw error
  } finally {
    await server.end()
  }
}

async function connectError(client: pg.Client): Promise<unknown> {
  try {
    await client.connect()
    return null
  } catch (error) {
    return error
  }
}
