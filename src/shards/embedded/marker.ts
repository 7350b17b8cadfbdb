import type pg from 'pg'
import { ask, engineUnavailable, placeOf } from './server.ts'

/**
 * The durability marker is a row among the documents, with the id '' that no item has: whatever empties a shard or sets
 * it back takes the marker along. It looks like a tombstone, so nothing that reads documents sees it, and has fence 0,
 * which no document has.
 */
const read = `SELECT rev AS marker FROM document WHERE shard = $1 AND id = ''`
const insert = `
  INSERT INTO document (shard, id, fence, rev, deleted) VALUES ($1, '', 0, $2, true) ON CONFLICT (shard, id) DO NOTHING`
const replace = `UPDATE document SET rev = $2 WHERE shard = $1 AND id = '' AND rev = $3`

/** See Engine.marker. */
export async function readMarker(pool: pg.Pool, target: string, shard: number): Promise<number | null> {
  const [row] = await ask<{ marker: number }>(pool, target, { text: read, values: [shard] })
  return row?.marker ?? null
}

/** See Engine.mark. */
export async function writeMarker(
  pool: pg.Pool,
  target: string,
  shard: number,
  { from, to }: { readonly from: number | null; readonly to: number },
): Promise<boolean> {
  let client: pg.PoolClient | undefined
  try {
    client = await pool.connect()
    await client.query('BEGIN')
    // a commit that waits for the disk takes all those before it along, also where the server does not wait for each
    await client.query('SET LOCAL synchronous_commit = on')
    const written =
      from === null ? await client.query(insert, [shard, to]) : await client.query(replace, [shard, to, from])
    await client.query('COMMIT')
    client.release()
    return written.rowCount === 1
  } catch (error) {
    client?.release(true)
    throw engineUnavailable(error, target, placeOf(pool))
  }
}
