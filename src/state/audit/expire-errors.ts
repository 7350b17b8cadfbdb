import type { Connection } from '../connection.ts'

/**
 * Resolved errors that were kept long enough go. Fixed and superseded ones tell of the past only. A skipped or purged
 * one still speaks: while the ledger has not passed its rev it is what keeps the sweep from enqueueing the item again,
 * and what invariant 1 counts as the item's end. Unresolved ones never go.
 */
const expirable = {
  postgres: condition('clock_timestamp() - make_interval(secs => $1::float8 / 1000)'),
  mysql: condition('SYSDATE(6) - INTERVAL ? * 1000 MICROSECOND'),
}

function condition(before: string): string {
  return `e.resolved_at < ${before}
    AND (e.resolution IN ('fixed', 'superseded')
      OR EXISTS (SELECT 1 FROM slip_indexed l WHERE l.target = e.target AND l.htid = e.htid AND l.rev > e.rev))`
}

const postgres = {
  count: `SELECT count(*) AS errors FROM slip_errors e WHERE ${expirable.postgres}`,
  expire: `
    DELETE FROM slip_errors WHERE id IN (
      SELECT e.id FROM slip_errors e WHERE ${expirable.postgres} ORDER BY e.resolved_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
}

/** Found first, deleted by primary key: a delete that searches would lock what it passes. */
const mysql = {
  count: `SELECT COUNT(*) AS errors FROM slip_errors e WHERE ${expirable.mysql}`,
  find: `
    SELECT e.id FROM slip_errors e FORCE INDEX (slip_errors_open)
    WHERE ${expirable.mysql} ORDER BY e.resolved_at LIMIT ?`,
  remove: 'DELETE FROM slip_errors WHERE id IN (?) AND resolved_at IS NOT NULL',
}

export interface Expiry {
  readonly olderThanMs: number
  /** Most rows of one call. */
  readonly limit: number
}

/** Deletes a batch of errors resolved longer ago than this, oldest first; returns how many, fewer than `limit` at the end. */
export async function expireErrors(tx: Connection, { olderThanMs, limit }: Expiry): Promise<number> {
  if (tx.dialect === 'postgres') return tx.change(postgres.expire, [olderThanMs, limit])
  const rows = await tx.query<{ id: number }>(mysql.find, [olderThanMs, limit])
  if (rows.length === 0) return 0
  return tx.change(mysql.remove, [rows.map(({ id }) => id)])
}

/** How many expireErrors would delete in all. */
export async function countExpirable(db: Connection, olderThanMs: number): Promise<number> {
  const sql = db.dialect === 'postgres' ? postgres.count : mysql.count
  const [row] = await db.query<{ errors: number }>(sql, [olderThanMs])
  return row?.errors ?? 0
}
