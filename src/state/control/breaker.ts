import type { Connection } from '../connection.ts'
import { hasten } from '../queue/hasten.ts'
import { parseShard } from './shard-name.ts'

/**
 * What is away or broken, one row each: while a row is there, nobody works on it. The row is written on change only, by
 * whoever saw it fail often enough, and obeyed by every process of every host; times are by the clock of the database.
 *
 * Who wins the update of next_probe tries it out with one batch. Success deletes the row, and what of a target or shard
 * was put off with the code of its reason is due at once. A failure waits as long again
 * as it has been away, at least one period and at most ten: short outages end soon, long ones cost little. A row that
 * nobody has tried for as long as `retention.workers` says goes: its host is gone, or nobody works for it any more.
 */
export type BreakerKind = 'target' | 'shard' | 'source' | 'mount'

export interface Breaker {
  readonly kind: BreakerKind
  /** TARGET/N of a shard, HOST:ROOT of a mount: what one host cannot reach another may. */
  readonly name: string
  /** How often in a row it failed. */
  readonly failures: number
  /** `CODE: message` of the last failure. */
  readonly reason: string
  readonly since: string
  readonly next_probe: string
  /** The next probe may be taken. One further away than any pause was written by a clock that went back. */
  readonly due: boolean
}

const longest = 10

const postgres = {
  read: `
    SELECT kind, name, failures, reason, since, next_probe,
           next_probe NOT BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(secs => $1::float8 / 1000) AS due
    FROM slip_breaker ORDER BY kind, name`,
  open: `
    INSERT INTO slip_breaker (kind, name, failures, reason, since, next_probe)
    VALUES ($1, $2, $3, left($4, 1000), clock_timestamp(), clock_timestamp() + make_interval(secs => $5::float8 / 1000))
    ON CONFLICT (kind, name) DO NOTHING`,
  probe: `
    UPDATE slip_breaker SET next_probe = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
    WHERE kind = $1 AND name = $2 AND ($5 OR
      next_probe NOT BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(secs => $4::float8 / 1000))`,
  failed: `
    UPDATE slip_breaker SET failures = failures + 1, reason = left($3, 1000),
      next_probe = clock_timestamp() + least(greatest(clock_timestamp() - since, make_interval(secs => $4::float8 / 1000)),
                                             make_interval(secs => $5::float8 / 1000))
    WHERE kind = $1 AND name = $2`,
  reason: 'SELECT reason FROM slip_breaker WHERE kind = $1 AND name = $2',
  close: 'DELETE FROM slip_breaker WHERE kind = $1 AND name = $2',
}

const mysql = {
  read: `
    SELECT kind, name, failures, reason, since, next_probe,
           next_probe NOT BETWEEN SYSDATE(6) AND SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND AS due
    FROM slip_breaker ORDER BY kind, name`,
  open: `
    INSERT IGNORE INTO slip_breaker (kind, name, failures, reason, since, next_probe)
    VALUES (?, ?, ?, LEFT(?, 1000), SYSDATE(6), SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND)`,
  probe: `
    UPDATE slip_breaker SET next_probe = SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND
    WHERE kind = ? AND name = ? AND (? OR
      next_probe NOT BETWEEN SYSDATE(6) AND SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND)`,
  failed: `
    UPDATE slip_breaker SET failures = failures + 1, reason = LEFT(?, 1000),
      next_probe = SYSDATE(6) + INTERVAL
        LEAST(GREATEST(TIMESTAMPDIFF(MICROSECOND, since, SYSDATE(6)), ? * 1000), ? * 1000) MICROSECOND
    WHERE kind = ? AND name = ?`,
  reason: 'SELECT reason FROM slip_breaker WHERE kind = ? AND name = ?',
  close: 'DELETE FROM slip_breaker WHERE kind = ? AND name = ?',
}

const statements = { postgres, mysql }

/** Everything suspended now. `probeMs`: the least pause between two probes. */
export async function readBreakers(db: Connection, probeMs: number): Promise<Breaker[]> {
  const rows = await db.query<Breaker & Record<string, unknown>>(statements[db.dialect].read, [probeMs * longest])
  return rows.map((row) => ({ ...row, due: Boolean(row.due) }))
}

/** Suspends it; false = another had done so. The first probe is due after `probeMs`. */
export async function openBreaker(
  db: Connection,
  { kind, name, failures, reason }: Pick<Breaker, 'kind' | 'name' | 'failures' | 'reason'>,
  probeMs: number,
): Promise<boolean> {
  return (await db.change(statements[db.dialect].open, [kind, name, failures, reason, probeMs])) > 0
}

/** True when the probe is ours; nobody else takes one for `probeMs`. `atOnce`: also before it is due. */
export async function takeProbe(
  db: Connection,
  { kind, name }: Pick<Breaker, 'kind' | 'name'>,
  probeMs: number,
  atOnce = false,
): Promise<boolean> {
  const values =
    db.dialect === 'postgres'
      ? [kind, name, probeMs, probeMs * longest, atOnce]
      : [probeMs, kind, name, atOnce, probeMs * longest]
  return (await db.change(statements[db.dialect].probe, values)) > 0
}

/** A probe failed: it stays suspended, unless a person has resumed it meanwhile; then what the probe put off is due, too. */
export async function failProbe(
  db: Connection,
  { kind, name, reason }: Pick<Breaker, 'kind' | 'name' | 'reason'>,
  probeMs: number,
): Promise<void> {
  const values =
    db.dialect === 'postgres'
      ? [kind, name, reason, probeMs, probeMs * longest]
      : [reason, probeMs, probeMs * longest, kind, name]
  const isSuspended = (await db.change(statements[db.dialect].failed, values)) > 0
  if (!isSuspended) await hastenPutOff(db, { kind, name, reason })
}

/**
 * It works again, or a person says so; false = it was not suspended. What was put off comes first: broken off in between,
 * it is still suspended, and closed again.
 */
export async function closeBreaker(db: Connection, { kind, name }: Pick<Breaker, 'kind' | 'name'>): Promise<boolean> {
  const sql = statements[db.dialect]
  const [row] = await db.query<{ reason: string }>(sql.reason, [kind, name])
  if (row === undefined) return false
  await hastenPutOff(db, { kind, name, ...row })
  const wasSuspended = (await db.change(sql.close, [kind, name])) > 0
  // a probe may have put items off in between, and have found it suspended still
  await hastenPutOff(db, { kind, name, ...row })
  return wasSuspended
}

/** What was put off with the code of its reason. The items that a mount or a source keeps waiting do not name it. */
async function hastenPutOff(db: Connection, { kind, name, reason }: Pick<Breaker, 'kind' | 'name' | 'reason'>) {
  const [code = ''] = reason.split(':', 1)
  if (kind === 'target') await hasten(db, { target: name, shard: null, code })
  if (kind === 'shard') await hasten(db, { ...parseShard(name), code })
}
