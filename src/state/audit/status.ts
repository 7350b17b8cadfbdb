import type { Connection } from '../connection.ts'

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

export const statusQueries = {
  postgres: { ...everywhere, workers: workersSilent('clock_timestamp() - make_interval(secs => lease.ms / 1000.0)') },
  mysql: { ...everywhere, workers: workersSilent('SYSDATE(6) - INTERVAL lease.ms * 1000 MICROSECOND') },
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
