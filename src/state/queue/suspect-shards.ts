import type { Connection } from '../connection.ts'

/**
 * In which shards of a target lane 0 has rows that are ready, by the index of the claims. A worker asks before it lets go
 * what it holds to take one.
 */
const postgres = 'SELECT DISTINCT shard FROM slip_queue WHERE state = 0 AND target = $1 AND lane = 0'
const mysql = `
  SELECT DISTINCT shard FROM slip_queue FORCE INDEX (slip_queue_ready) WHERE state = 0 AND target = ? AND lane = 0`

export async function suspectShards(db: Connection, target: string): Promise<Set<number>> {
  const rows = await db.query<{ shard: number }>(db.dialect === 'postgres' ? postgres : mysql, [target])
  return new Set(rows.map(({ shard }) => shard))
}
