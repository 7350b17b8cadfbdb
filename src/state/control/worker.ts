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
  setBack: `
    UPDATE slip_worker SET heartbeat_at = clock_timestamp()
    WHERE expired_at IS NULL AND heartbeat_at > clock_timestamp()`,
  expire: `
    UPDATE slip_worker SET expired_at = clock_timestamp()
    WHERE expired_at IS NULL AND heartbeat_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000)`,
}

const ahead = 'expired_at IS NULL AND heartbeat_at > SYSDATE(6)'
const silent = 'expired_at IS NULL AND heartbeat_at < SYSDATE(6) - INTERVAL ? * 1000 MICROSECOND'
/** Who is meant is read without a lock and looked at again by primary key: a scan would lock every worker. */
const found = (which: string) => `SELECT token FROM slip_worker WHERE ${which} ORDER BY token`
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
  ahead: found(ahead),
  setBack: `UPDATE slip_worker SET heartbeat_at = SYSDATE(6) WHERE token IN (?) AND ${ahead}`,
  silent: found(silent),
  expire: `UPDATE slip_worker SET expired_at = SYSDATE(6) WHERE token IN (?) AND ${silent}`,
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

/**
 * Workers silent for a lease are expired: they claim no more. Returns how many were; retention lets their rows go.
 *
 * A heartbeat that lies ahead of the clock was written before the clock was set back, and would speak for its worker until
 * then. It is set to the clock: who lives beats again within a third of a lease, and who is dead is expired one lease
 * later.
 */
export async function expireWorkers(tx: Connection, silentMs: number): Promise<number> {
  if (tx.dialect === 'postgres') {
    await tx.change(postgres.setBack)
    return tx.change(postgres.expire, [silentMs])
  }
  await changeFound(tx, mysql.ahead, mysql.setBack)
  return changeFound(tx, mysql.silent, mysql.expire, silentMs)
}

async function changeFound(
  tx: Connection,
  find: string,
  change: string,
  ...values: readonly number[]
): Promise<number> {
  const tokens = (await tx.query<{ token: string }>(find, values)).map(({ token }) => token)
  return tokens.length > 0 ? tx.change(change, [tokens, ...values]) : 0
}
