import type { Connection } from '../connection.ts'
import { longestSilence } from '../control/worker.ts'

/** A daemon as slip_worker knows it, with what it holds. */
export interface WorkerView {
  readonly token: string
  readonly stage: string
  readonly host: string
  readonly pid: number
  readonly codeVersion: string
  readonly startedAt: string
  readonly heartbeatAt: string
  /** Database clock before it last read slip_control; null before the first time. */
  readonly controlSeen: string | null
  /** dead: expired by others, or silent for so long that it will be. */
  readonly state: 'alive' | 'dead'
  readonly expired: boolean
  readonly expiredAt: string | null
  readonly claims: readonly WorkerClaim[]
  /** Names of the duties it has. */
  readonly duties: readonly string[]
}

export interface WorkerClaim {
  readonly target: string
  readonly lane: number
  readonly shard: number
  readonly items: number
  readonly claimedAt: string
  readonly leaseUntil: string
}

const claims = (items: string) => `
  SELECT worker, target, lane, shard, ${items} AS items, claimed_at AS "claimedAt", lease_until AS "leaseUntil"
  FROM slip_claim ORDER BY claimed_at, token`

const workers = (dead: string) => `
  SELECT token, stage, host, pid, code_version, started_at, heartbeat_at, control_seen, expired_at,
         expired_at IS NOT NULL OR heartbeat_at < ${dead} AS dead
  FROM slip_worker ORDER BY stage, host, pid, token`

const statements = {
  postgres: {
    workers: workers('clock_timestamp() - make_interval(secs => $1::float8 / 1000)'),
    claims: claims('cardinality(htids)'),
    duties: 'SELECT name, token FROM slip_duty WHERE until > clock_timestamp() ORDER BY name',
  },
  mysql: {
    workers: workers('SYSDATE(6) - INTERVAL ? * 1000 MICROSECOND'),
    claims: claims('JSON_LENGTH(htids)').replaceAll('"', '`'),
    duties: 'SELECT name, token FROM slip_duty WHERE until > SYSDATE(6) ORDER BY name',
  },
}

interface Row {
  token: string
  stage: string
  host: string
  pid: number
  code_version: string
  started_at: string
  heartbeat_at: string
  control_seen: string | null
  expired_at: string | null
  dead: boolean | number
}

/** Every worker there is, the dead ones that still hold something too. */
export async function listWorkers(db: Connection): Promise<WorkerView[]> {
  const sql = statements[db.dialect]
  const rows = await db.query<Row & Record<string, unknown>>(sql.workers, [await longestSilence(db)])
  const held = Map.groupBy(await db.query<WorkerClaim & { worker: string }>(sql.claims), (claim) => claim.worker)
  const duties = Map.groupBy(await db.query<{ name: string; token: string }>(sql.duties), (duty) => duty.token)
  return rows.map((row) => ({
    token: row.token,
    stage: row.stage,
    host: row.host,
    pid: row.pid,
    codeVersion: row.code_version,
    startedAt: row.started_at,
    heartbeatAt: row.heartbeat_at,
    controlSeen: row.control_seen,
    state: row.dead ? 'dead' : 'alive',
    expired: row.expired_at !== null,
    expiredAt: row.expired_at,
    claims: (held.get(row.token) ?? []).map(({ worker: _, ...claim }) => claim),
    duties: (duties.get(row.token) ?? []).map(({ name }) => name),
  }))
}
