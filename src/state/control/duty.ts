import type { Connection } from '../connection.ts'

/**
 * Who does a chore now. A duty is free when expired, or further away than two periods (the clock was set back). What a
 * chore writes, it writes in a transaction that holds its duty row with its own token: a sleeper that wakes after its
 * duty went to another writes nothing. Who has to ask a server first renews the duty meanwhile, as long as the row has its
 * token: once it went to another it is not won back by renewing, for what was asked before is past.
 *
 * A duty that another holds is seen without a lock: while a chore runs its duty row is locked, and no loop waits for that,
 * nor for a chore that takes longer than its duty lasts: a row that is locked is not free.
 *
 * MySQL asks first. A duty seen without a row is inserted, and who inserts second has lost; one seen free is taken by an
 * update that looks again under the row's lock. An insert beside an existing row is never tried: it would wait for it.
 */
const postgres = {
  take: `
    WITH idle AS MATERIALIZED (
      SELECT 1 FROM slip_duty WHERE name = $1 AND (
        token = $2 OR until NOT BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(secs => $3::float8 * 2 / 1000))
      FOR UPDATE SKIP LOCKED)
    INSERT INTO slip_duty AS d (name, token, until)
    SELECT $1::varchar, $2::uuid, clock_timestamp() + make_interval(secs => $3::float8 / 1000)
    WHERE EXISTS (SELECT 1 FROM idle) OR NOT EXISTS (SELECT 1 FROM slip_duty WHERE name = $1)
    ON CONFLICT (name) DO UPDATE SET token = EXCLUDED.token, until = EXCLUDED.until
      WHERE d.until < clock_timestamp() OR d.token = $2
         OR d.until > clock_timestamp() + make_interval(secs => $3::float8 * 2 / 1000)
    RETURNING 1 AS one`,
  renew: `
    UPDATE slip_duty SET until = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
    WHERE name = $1 AND token = $2`,
  hold: 'SELECT 1 FROM slip_duty WHERE name = $1 AND token = $2 FOR UPDATE',
  release: 'DELETE FROM slip_duty WHERE name = $1 AND token = $2',
}

const free = 'until NOT BETWEEN SYSDATE(6) AND SYSDATE(6) + INTERVAL ? * 2000 MICROSECOND'
const mysql = {
  look: `SELECT token = ? OR ${free} AS free FROM slip_duty WHERE name = ?`,
  isIdle: 'SELECT 1 FROM slip_duty WHERE name = ? FOR UPDATE SKIP LOCKED',
  insert: `
    INSERT IGNORE INTO slip_duty (name, token, until) VALUES (?, ?, SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND)`,
  take: `
    UPDATE slip_duty SET token = ?, until = SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND
    WHERE name = ? AND (token = ? OR ${free})`,
  renew: 'UPDATE slip_duty SET until = SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND WHERE name = ? AND token = ?',
  hold: 'SELECT 1 FROM slip_duty WHERE name = ? AND token = ? FOR UPDATE',
  release: 'DELETE FROM slip_duty WHERE name = ? AND token = ?',
}

const statements = { postgres, mysql }

/** A duty of a command that a person calls lasts so long unless it is renewed: after that one that was killed is forgotten. Milliseconds. */
export const commandDutyMs = 60_000

/** True when the duty is ours for the next `periodMs` milliseconds. */
export async function takeDuty(db: Connection, name: string, token: string, periodMs: number): Promise<boolean> {
  if (db.dialect === 'postgres') return (await db.query(postgres.take, [name, token, periodMs])).length > 0
  const [row] = await db.query<{ free: number }>(mysql.look, [token, periodMs, name])
  if (row === undefined) return (await db.change(mysql.insert, [name, token, periodMs])) > 0
  if (row.free !== 1 || (await db.query(mysql.isIdle, [name])).length === 0) return false
  return (await db.change(mysql.take, [token, periodMs, name, token, periodMs])) > 0
}

/** The duty stays ours for the next `periodMs` milliseconds; false = it went to another, or is gone. */
export async function renewDuty(db: Connection, name: string, token: string, periodMs: number): Promise<boolean> {
  const values = db.dialect === 'postgres' ? [name, token, periodMs] : [periodMs, name, token]
  return (await db.change(statements[db.dialect].renew, values)) > 0
}

/** Locks the duty row until the end of the transaction; false = it is another's. */
export async function holdDuty(tx: Connection, name: string, token: string): Promise<boolean> {
  return (await tx.query(statements[tx.dialect].hold, [name, token])).length > 0
}

/** The duty is free at once; where it went to another it stays that one's. */
export async function releaseDuty(db: Connection, name: string, token: string): Promise<void> {
  await db.change(statements[db.dialect].release, [name, token])
}
