import { randomUUID } from 'node:crypto'
import type { Connection } from '../connection.ts'

/** The processes that work, each by a token of its own: pid and host are for people, pids recycle. */
export interface WorkerIdentity {
  readonly stage: string
  readonly host: string
  readonly pid: number
  readonly bootId: string
  readonly codeVersion: string
}

/** Registers a process; returns its token. */
export async function registerWorker(db: Connection, who: WorkerIdentity): Promise<string> {
  const token = randomUUID()
  await db.query(
    `INSERT INTO slip_worker (token, stage, host, pid, boot_id, started_at, heartbeat_at, code_version)
     VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp(), $6)
     ON CONFLICT (token) DO NOTHING`,
    [token, who.stage, who.host, who.pid, who.bootId, who.codeVersion],
  )
  return token
}

/** Tells that the process lives and which state of slip_control it obeys; false = it was expired and must stop. */
export async function heartbeat(db: Connection, token: string, controlSeen: string): Promise<boolean> {
  const rows = await db.query(
    `UPDATE slip_worker SET heartbeat_at = clock_timestamp(), control_seen = $2::timestamptz
     WHERE token = $1 AND expired_at IS NULL RETURNING 1 AS one`,
    [token, controlSeen],
  )
  return rows.length > 0
}

/** The process ends: its row goes, its duties are free. */
export async function unregisterWorker(tx: Connection, token: string): Promise<void> {
  await tx.query('DELETE FROM slip_duty WHERE token = $1', [token])
  await tx.query('DELETE FROM slip_worker WHERE token = $1', [token])
}

/**
 * Workers silent for a lease are expired: they claim no more. Their row goes once no claim names them. Returns how many
 * were expired.
 */
export async function expireWorkers(tx: Connection, silentMs: number): Promise<number> {
  const expired = await tx.query(
    `UPDATE slip_worker SET expired_at = clock_timestamp()
     WHERE expired_at IS NULL AND heartbeat_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000) RETURNING 1 AS one`,
    [silentMs],
  )
  await tx.query(
    `DELETE FROM slip_worker w WHERE expired_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000)
     AND NOT EXISTS (SELECT 1 FROM slip_claim c WHERE c.worker = w.token)`,
    [silentMs],
  )
  return expired.length
}
