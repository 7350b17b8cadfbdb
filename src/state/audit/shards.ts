import type { Connection } from '../connection.ts'
import type { Shard } from '../control/target.ts'

/** A shard as the tables know it. */
export interface ShardView extends Shard {
  readonly target: string
  /** Since when it is in this state. */
  readonly since: string
  /** Items of the ledger in it, by the newest sample; null before the first. */
  readonly indexed: number | null
  readonly sampledAt: string | null
  /** Queue rows of items that are in it, now. */
  readonly waiting: number
  /** The newest durability marker it surely has; null = none yet. */
  readonly markedAt: string | null
  /** It lacks what was settled in it since. */
  readonly behindFrom: string | null
  /** Why it is left alone by everybody; null = it is not. */
  readonly suspendedFor: string | null
}

interface Row extends Shard {
  readonly target: string
  readonly since: string
  readonly indexed: number | null
  readonly sampled_at: string | null
  readonly waiting: number
  readonly durable_at: string | null
  readonly behind_from: string | null
  readonly suspended_for: string | null
}

const shards = `
  SELECT s.target, s.shard, s.state, s.weight, s.reason, s.since, s.indexed, s.sampled_at, coalesce(q.waiting, 0) AS waiting,
         s.durable_at, s.behind_from, s.suspended_for
  FROM slip_shard_status s
  LEFT JOIN (SELECT target, shard, count(*) AS waiting FROM slip_queue WHERE shard > 0 GROUP BY target, shard) q
    ON q.target = s.target AND q.shard = s.shard
  ORDER BY s.target, s.shard`

const undrawn = 'SELECT target, count(*) AS items FROM slip_queue WHERE shard = 0 GROUP BY target ORDER BY target'

/** Every shard of every target. */
export async function listShardViews(db: Connection): Promise<ShardView[]> {
  const rows = await db.query<Row & Record<string, unknown>>(shards)
  return rows.map(({ sampled_at, durable_at, behind_from, suspended_for, ...row }) => ({
    ...row,
    sampledAt: sampled_at,
    markedAt: durable_at,
    behindFrom: behind_from,
    suspendedFor: suspended_for,
  }))
}

/** Queue rows of each target that has any without a shard: new items, and deletes of items that were never sent. */
export async function countUndrawn(db: Connection): Promise<Map<string, number>> {
  const rows = await db.query<{ target: string; items: number }>(undrawn)
  return new Map(rows.map(({ target, items }) => [target, items]))
}
