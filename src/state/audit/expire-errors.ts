import type { Connection } from '../connection.ts'

/**
 * Resolved errors that were kept long enough go. Fixed and superseded ones tell of the past only. A skipped or purged
 * one still speaks: while the ledger has not passed its rev it is what keeps the sweep from enqueueing the item again,
 * and what invariant 1 counts as the item's end. Unresolved ones never go.
 *
 * All errors are walked through by id, a page at a time, and not by age: a million that were purged and must stay would
 * be met again by each look for the oldest (5 s of MariaDB for a page behind 500,000 of them). A page by key costs the
 * same whatever is in it.
 */
const expires = {
  postgres: condition('clock_timestamp() - make_interval(secs => $1::float8 / 1000)'),
  mysql: condition('SYSDATE(6) - INTERVAL ? * 1000 MICROSECOND'),
}

function condition(before: string): string {
  return `(e.resolved_at IS NOT NULL AND e.resolved_at < ${before}
    AND (e.resolution IN ('fixed', 'superseded')
      OR EXISTS (SELECT 1 FROM slip_indexed l WHERE l.target = e.target AND l.htid = e.htid AND l.rev > e.rev)))`
}

const statements = {
  postgres: {
    page: `SELECT e.id, ${expires.postgres} AS expires FROM slip_errors e WHERE e.id > $2 ORDER BY e.id LIMIT $3`,
    remove: 'DELETE FROM slip_errors WHERE id = ANY($1) AND resolved_at IS NOT NULL',
    count: `SELECT count(*) AS errors FROM slip_errors e WHERE ${expires.postgres}`,
  },
  mysql: {
    page: `
      SELECT e.id, ${expires.mysql} AS expires FROM slip_errors e FORCE INDEX (PRIMARY)
      WHERE e.id > ? ORDER BY e.id LIMIT ?`,
    remove: 'DELETE FROM slip_errors WHERE id IN (?) AND resolved_at IS NOT NULL',
    count: `SELECT COUNT(*) AS errors FROM slip_errors e WHERE ${expires.mysql}`,
  },
}

export interface ExpiryPage {
  readonly olderThanMs: number
  /** The last id of the page before; 0 = from the first. */
  readonly after: number
  /** Errors looked at, of which some go. */
  readonly size: number
}

/** Deletes those of a page that were resolved longer ago than this; `next` is null after the last page. */
export async function expireErrors(
  tx: Connection,
  { olderThanMs, after, size }: ExpiryPage,
): Promise<{ deleted: number; next: number | null }> {
  const { page, remove } = statements[tx.dialect]
  const rows = await tx.query<{ id: number; expires: boolean | number }>(page, [olderThanMs, after, size])
  const old = rows.filter((row) => row.expires).map(({ id }) => id)
  const deleted = old.length === 0 ? 0 : await tx.change(remove, [old])
  return { deleted, next: rows.length < size ? null : (rows.at(-1)?.id ?? null) }
}

/** How many expireErrors would delete in all: reads the whole table. */
export async function countExpirable(db: Connection, olderThanMs: number): Promise<number> {
  const [row] = await db.query<{ errors: number }>(statements[db.dialect].count, [olderThanMs])
  return row?.errors ?? 0
}
