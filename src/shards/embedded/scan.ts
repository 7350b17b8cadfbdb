import type pg from 'pg'
import type { Held } from '../engine.ts'
import { ask } from './server.ts'

/** Rows of one answer of a scan. */
const mostRows = 10_000

/** See Engine.get. */
export function getHeld(pool: pg.Pool, target: string, shard: number, ids: readonly string[]): Promise<Held[]> {
  return ask<Held>(pool, target, {
    text: 'SELECT id, rev, fence, digest FROM document WHERE shard = $1 AND id = ANY ($2) AND NOT deleted ORDER BY id',
    values: [shard, ids],
  })
}

/** See Engine.scan. */
export function scanHeld(pool: pg.Pool, target: string, shard: number, after: string, limit: number): Promise<Held[]> {
  return ask<Held>(pool, target, {
    text: 'SELECT id, rev, fence, digest FROM document WHERE shard = $1 AND id > $2 AND NOT deleted ORDER BY id LIMIT $3',
    values: [shard, after, Math.min(Math.max(limit, 0), mostRows)],
  })
}

/** See Engine.count. */
export async function countHeld(pool: pg.Pool, target: string, shard: number): Promise<number> {
  const [row] = await ask<{ count: number }>(pool, target, {
    text: 'SELECT count(*) FROM document WHERE shard = $1 AND NOT deleted',
    values: [shard],
  })
  return row?.count ?? 0
}
