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

const postgres = {
  register: `
    INSERT INTO slip_worker (token, stage, host, pid, boot_id, started_at, heartbeat_at, code_version)
    VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp(), $6)
    ON CONFLICT (token) DO NOTHING`,
  heartbeat: `
    UPDATE slip_worker SET heartbeat_at = clock_timestamp(), control_seen = $2::timestamptz
    WHERE token = $1 AND expired_at IS NULL`,
  leaveDuties: 'DELETE FROM slip_duty WHERE token = $1',
  leave: 'DELETE FROM slip_worker WHERE token = $1',
  expire: `
    UPDATE slip_worker SET expired_at = clock_timestamp()
    WHERE expired_at IS NULL AND heartbeat_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000)`,
}

/** Whom to expire is read without a lock and looked at again by primary key: a scan would lock every worker. */
const silent = 'expired_at IS NULL AND heartbeat_at < SYSDATE(6) - INTERVAL ? * 1000 MICROSECOND'
const mysql = {
  register: `
    INSERT INTO slip_worker (token, stage, host, pid, boot_id, started_at, heartbeat_at, code_version)
    VALUES (?, ?, ?, ?, ?, SYSDATE(6), SYSDATE(6), ?)
    ON DUPLICATE KEY UPDATE token = VALUES(token)`,
  heartbeat: `
    UPDATE slip_worker SET control_seen = ?, heartbeat_at = SYSDATE(6)
    WHERE token = ? AND expired_at IS NULL`,
  leaveDuties: 'DELETE FROM slip_duty WHERE name IN (?) AND token = ?',
  leave: 'DELETE FROM slip_worker WHERE token = ?',
  duties: 'SELECT name FROM slip_duty WHERE token = ? ORDER BY name',
  silent: `SELECT token FROM slip_worker WHERE ${silent} ORDER BY token`,
  expire: `
    UPDATE slip_worker SET expired_at = SYSDATE(6)
    WHERE token IN (?) AND ${silent}`,
}

/** Registers a process; returns its token. */
export async function registerWorker(db: Connection, who: WorkerIdentity): Promise<string> {
  const token = randomUUID()
  const { register } = db.dialect === 'postgres' ? postgres : mysql
  await db.change(register, [token, who.stage, who.host, who.pid, who.bootId, who.codeVersion])
  return token
}

/** Tells that the process lives and which state of slip_control it obeys; false = it was expired and must stop. */
export async function heartbeat(db: Connection, token: string, controlSeen: string): Promise<boolean> {
  if (db.dialect === 'postgres') return (await db.change(postgres.heartbeat, [token, controlSeen])) > 0
  return (await db.change(mysql.heartbeat, [controlSeen, token])) > 0
}

/** The process ends: its row goes, its duties are free. */
export async function unregisterWorker(tx: Connection, token: string): Promise<void> {
  if (tx.dialect === 'postgres') {
    await tx.change(postgres.leaveDuties, [token])
    await tx.change(postgres.leave, [token])
    return
  }
  const duties = await tx.query<{ name: string }>(mysql.duties, [token])
  if (duties.length > 0) await tx.change(mysql.leaveDuties, [duties.map((duty) => duty.name), token])
  await tx.change(mysql.leave, [token])
}

/**
 * For how long a worker may be silent, in milliseconds: the longest lease there is. Each beats by the shortest lease of
 * the targets it is configured for, which another process need not know.
 */
export async function longestSilence(db: Connection): Promise<number> {
  const [row] = await db.query<{ ms: number | null }>('SELECT max(lease_ms) AS ms FROM slip_target')
  return row?.ms ?? 300_000
}

/** Workers silent for a lease are expired: they claim no more. Returns how many were; retention lets their rows go. */
export async function expireWorkers(tx: Connection, silentMs: number): Promise<number> {
  if (tx.dialect === 'postgres') return tx.change(postgres.expire, [silentMs])
  const silent = (await tx.query<{ token: string }>(mysql.silent, [silentMs])).map(({ token }) => token)
  return silent.length > 0 ? tx.change(mysql.expire, [silent, silentMs]) : 0
}
