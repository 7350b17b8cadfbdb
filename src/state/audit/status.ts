import type { Connection } from '../connection.ts'
import type { TargetState } from '../control/target.ts'

/** The counts people ask for first, each by one plain SQL statement; the same on every database where that is possible. */
const everywhere = {
  queue: `SELECT q.target, l.name AS lane, s.name AS state, count(*) AS items, min(q.enqueued_at) AS oldest
FROM slip_queue q JOIN slip_lane l USING (lane) JOIN slip_state s ON s.state = q.state
GROUP BY q.target, q.lane, l.name, q.state, s.name ORDER BY q.target, q.lane, q.state`,
  shards: `SELECT s.target, s.shard, s.state, s.reason, count(CASE WHEN i.presence = 'indexed' THEN 1 END) AS indexed,
       coalesce(sum(CASE WHEN i.presence = 'indexed' THEN i.pages END), 0) AS pages,
       coalesce(sum(CASE WHEN i.presence = 'indexed' THEN i.bytes END), 0) AS bytes
FROM slip_shard s LEFT JOIN slip_indexed i ON i.target = s.target AND i.shard = s.shard
GROUP BY s.target, s.shard, s.state, s.reason ORDER BY s.target, s.shard`,
  ledger: `SELECT target, presence, count(*) AS items, coalesce(sum(pages), 0) AS pages, coalesce(sum(bytes), 0) AS bytes
FROM slip_indexed WHERE rev > 0 GROUP BY target, presence ORDER BY target, presence`,
  errors: `SELECT target, code, count(*) AS items, min(error_time) AS first, max(error_time) AS last
FROM slip_errors WHERE resolved_at IS NULL GROUP BY target, code ORDER BY target, code`,
  rights: `SELECT count(*) AS items, count(withdrawn_at) AS withdrawn, count(CASE WHEN attr = 8 THEN 1 END) AS nobody,
       max(insert_time) AS newest FROM slip_rights`,
} as const

/** Silent for the longest lease: the dialects have no arithmetic of times in common. */
const workersSilent = (since: string) => `SELECT stage, host, pid, started_at, heartbeat_at, code_version, expired_at,
       expired_at IS NOT NULL OR heartbeat_at < ${since} AS dead
FROM slip_worker, (SELECT coalesce(max(lease_ms), 300000) AS ms FROM slip_target) AS lease ORDER BY stage, host, pid`

const ledgerRev = 'coalesce((SELECT l.rev FROM slip_indexed l WHERE l.target = t.name AND l.htid = r.htid), 0)'
const mysqlFloor = `r.insert_time > (
            SELECT min(coalesce(CAST(m.value AS datetime(6)), CAST('1970-01-01' AS datetime(6))))
            FROM slip_target n LEFT JOIN slip_watermark m ON m.stage = 'enqueue' AND m.name = n.name)
          AND `

/**
 * How far each target is behind: what is queued, and of it what the index does not hold yet (changed); and what the watermark
 * has not come to. A row of the queue that asks for the revision the index has, such as a reingest, is no change.
 *
 * MySQL cannot look into an index from a value of the row outside: the watermark furthest behind, which is the same for all
 * rows, spares it reading all rights for each target. PostgreSQL takes a third of the rights to lie behind a watermark: it
 * would read the whole ledger, were it joined and not asked row by row.
 */
const lag = (
  time: string,
  since: (watermark: string) => string,
  floor = '',
) => `SELECT t.name AS target, t.state, w.value AS watermark, ${since('w.value')} AS watermark_seconds,
       coalesce(q.alone, 0) AS alone, coalesce(q.daily, 0) AS daily, coalesce(q.ops, 0) AS ops, coalesce(q.bulk, 0) AS bulk,
       q.oldest_ready, coalesce(q.changed, 0) AS changed,
       (SELECT count(*) FROM slip_rights r
        WHERE ${floor}r.insert_time > coalesce(CAST(w.value AS ${time}), CAST('1970-01-01' AS ${time}))
          AND r.rev <> ${ledgerRev}
          AND coalesce((SELECT d.rev FROM slip_queue d WHERE d.target = t.name AND d.htid = r.htid), ${ledgerRev}) = ${ledgerRev}
          AND NOT EXISTS (SELECT 1 FROM slip_errors e WHERE e.target = t.name AND e.htid = r.htid AND e.rev = r.rev
                          AND (e.resolution IS NULL OR e.resolution IN ('skipped', 'purged')))) AS unread,
       (SELECT count(*) FROM slip_errors e WHERE e.target = t.name AND e.resolved_at IS NULL) AS errors
FROM slip_target t
LEFT JOIN slip_watermark w ON w.stage = 'enqueue' AND w.name = t.name
LEFT JOIN (
  SELECT q.target, count(CASE WHEN q.lane = 0 THEN 1 END) AS alone, count(CASE WHEN q.lane = 1 THEN 1 END) AS daily,
         count(CASE WHEN q.lane = 2 THEN 1 END) AS ops, count(CASE WHEN q.lane = 3 THEN 1 END) AS bulk,
         min(CASE WHEN q.state = 0 THEN q.enqueued_at END) AS oldest_ready,
         count(CASE WHEN q.rev <> coalesce(l.rev, 0) THEN 1 END) AS changed
  FROM slip_queue q LEFT JOIN slip_indexed l ON l.target = q.target AND l.htid = q.htid GROUP BY q.target) q
  ON q.target = t.name
ORDER BY t.name`

export const statusQueries = {
  postgres: {
    ...everywhere,
    lag: lag('timestamptz', (watermark) => `extract(epoch FROM clock_timestamp() - ${watermark}::timestamptz)::bigint`),
    workers: workersSilent('clock_timestamp() - make_interval(secs => lease.ms / 1000.0)'),
  },
  mysql: {
    ...everywhere,
    lag: lag('datetime(6)', (watermark) => `timestampdiff(SECOND, ${watermark}, SYSDATE(6))`, mysqlFloor),
    workers: workersSilent('SYSDATE(6) - INTERVAL lease.ms * 1000 MICROSECOND'),
  },
} as const

export type StatusQuery = keyof (typeof statusQueries)['postgres']
export const statusQueryNames = Object.keys(statusQueries.postgres) as StatusQuery[]

/** Rows of each query; timestamps are text. */
export interface StatusRows {
  queue: { target: string; lane: string; state: string; items: number; oldest: string }
  shards: {
    target: string
    shard: number
    state: string
    reason: string
    indexed: number
    pages: number
    bytes: number
  }
  ledger: { target: string; presence: string; items: number; pages: number; bytes: number }
  errors: { target: string | null; code: string; items: number; first: string; last: string }
  lag: {
    target: string
    state: TargetState
    /** Changes up to here are in the queue; null = none were read. */
    watermark: string | null
    /** How long ago that was: by as much as `overlap` it always is. */
    watermark_seconds: number | null
    /** Queue rows by lane, in any state. */
    alone: number
    daily: number
    ops: number
    bulk: number
    /** Since when the oldest ready row has been asked for. */
    oldest_ready: string | null
    /** Queue rows whose revision the index does not hold. */
    changed: number
    /** Changed items behind the watermark that are not queued yet. */
    unread: number
    errors: number
  }
  workers: {
    stage: string
    host: string
    pid: number
    started_at: string
    heartbeat_at: string
    code_version: string
    expired_at: string | null
    expired: boolean
    /** Expired, or silent for the longest lease. */
    dead: boolean
  }
  rights: { items: number; withdrawn: number; nobody: number; newest: string | null }
}

export async function statusOf<Q extends StatusQuery>(db: Connection, query: Q): Promise<StatusRows[Q][]> {
  const rows = await db.query<StatusRows[Q]>(statusQueries[db.dialect][query])
  // true is 1 on MySQL
  return rows.map((row) =>
    'dead' in row ? { ...row, dead: Boolean(row.dead), expired: row.expired_at !== null } : row,
  )
}
