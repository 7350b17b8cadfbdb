import type pg from 'pg'
import { type Held, type HighestFence, mostScanned, type ShardSize } from '../engine.ts'
import { ask } from './server.ts'

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
    values: [shard, after, Math.min(Math.max(limit, 0), mostScanned)],
  })
}

/** See Engine.highestFence. */
export async function highestFence(pool: pg.Pool, target: string, shard: number): Promise<HighestFence | null> {
  const [row] = await ask<{ id: string; fence: number }>(pool, target, {
    text: `SELECT id, fence FROM document WHERE shard = $1 AND fence > 0 ORDER BY fence DESC LIMIT 1`,
    values: [shard],
  })
  return row ?? null
}

/** See Engine.count. */
export async function countHeld(pool: pg.Pool, target: string, shard: number): Promise<number> {
  const [row] = await ask<{ count: number }>(pool, target, {
    text: 'SELECT count(*) FROM document WHERE shard = $1 AND NOT deleted',
    values: [shard],
  })
  return row?.count ?? 0
}

/** See Engine.size. The server does not tell how much its disk has free. */
export async function sizeOf(pool: pg.Pool, target: string, shard: number): Promise<ShardSize> {
  const [row] = await ask<{ bytes: number }>(pool, target, {
    text: 'SELECT pg_total_relation_size($1::regclass) + pg_total_relation_size($2::regclass) AS bytes',
    values: [`document_${shard}`, `page_${shard}`],
  })
  return { documents: await countHeld(pool, target, shard), bytes: row?.bytes ?? null, diskFree: null }
}
