import type pg from 'pg'
import { mostPurged } from '../engine.ts'
import { ask } from './server.ts'

// Of an item that comes back meanwhile the row is locked, and looked at again when it is not. The marker has no fence.
const purge = `
  DELETE FROM document
  WHERE shard = $1 AND deleted AND fence < $2 AND id IN (
    SELECT id FROM document
    WHERE shard = $1 AND deleted AND fence > 0 AND fence < least($2, (SELECT max(fence) FROM document WHERE shard = $1))
    ORDER BY fence LIMIT ${mostPurged})
  RETURNING 1`

/** See Engine.purgeTombstones. */
export async function purgeTombstones(pool: pg.Pool, target: string, shard: number, before: number): Promise<number> {
  return (await ask(pool, target, { text: purge, values: [shard, before] })).length
}
