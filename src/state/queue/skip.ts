import type { Connection } from '../connection.ts'
import {
  type ErrorFilter,
  type ErrorPage,
  findItemErrors,
  type ItemError,
  nextPage,
  type PageDone,
} from './error-filter.ts'
import { noteOf, type Person } from './person.ts'
import { isOpen } from './row-of.ts'

/**
 * error → skipped, by people: the unresolved errors of a filter are resolved, with a note of who and why. The row keeps
 * its rev, so no sweep asks for that rev again, and a newer one is enqueued as ever. A ledger row is written where a
 * hand edit took it away.
 *
 * Races: an error that a retry's exit resolved first is no longer unresolved under its lock, and is left alone; one that
 * is being retried is skipped, and its exit finds nothing to resolve.
 */
const postgres = {
  ledger: `
    INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, time)
    SELECT e.target, e.htid, coalesce(e.shard, 0), 0, 0, 'absent', clock_timestamp() FROM slip_errors e
    WHERE e.id = ANY($1) AND NOT EXISTS (SELECT 1 FROM slip_indexed l WHERE l.target = e.target AND l.htid = e.htid)
    ORDER BY e.target, e.htid ON CONFLICT (target, htid) DO NOTHING`,
  lock: `
    SELECT id, target, htid, shard FROM slip_errors e WHERE id = ANY($1) AND ${isOpen}
    ORDER BY target, htid FOR UPDATE`,
  skip: `UPDATE slip_errors SET resolved_at = clock_timestamp(), resolution = 'skipped', note = $1 WHERE id = ANY($2)`,
}

const mysql = {
  /** Which lack one, read without a lock. */
  missing: `
    SELECT e.target, e.htid, COALESCE(e.shard, 0) AS shard, SYSDATE(6) AS now FROM slip_errors e
    LEFT JOIN slip_indexed l ON l.target = e.target AND l.htid = e.htid
    WHERE e.id IN (?) AND l.htid IS NULL ORDER BY e.target, e.htid`,
  ledger: `
    INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, time) VALUES ?
    ON DUPLICATE KEY UPDATE fence = fence`,
  lock: `
    SELECT id, target, htid, shard FROM slip_errors FORCE INDEX (PRIMARY) WHERE id IN (?) AND resolved_at IS NULL
    ORDER BY id FOR UPDATE`,
  skip: `
    UPDATE slip_errors FORCE INDEX (PRIMARY) SET resolved_at = SYSDATE(6), resolution = 'skipped', note = ?
    WHERE id IN (?)`,
}

const statements = { postgres, mysql }

/** Skips the errors of a page; the caller makes each page a transaction. */
export async function skipErrorPage(
  tx: Connection,
  filter: ErrorFilter,
  page: ErrorPage,
  by: Person,
): Promise<PageDone> {
  const found = await findItemErrors(tx, filter, page)
  const next = nextPage(found, page)
  if (found.length === 0) return { done: new Map(), next }
  const ids = found.map(({ id }) => id)
  await writeLedger(tx, ids)
  const { lock, skip } = statements[tx.dialect]
  const open = await tx.query<ItemError>(lock, [ids])
  if (open.length > 0) await tx.change(skip, [noteOf(by), open.map(({ id }) => id)])
  const byTarget = [...Map.groupBy(open, ({ target }) => target)]
  return { done: new Map(byTarget.map(([target, rows]) => [target, rows.map(({ htid }) => htid)])), next }
}

async function writeLedger(tx: Connection, ids: readonly number[]): Promise<void> {
  if (tx.dialect === 'postgres') {
    await tx.change(postgres.ledger, [ids])
    return
  }
  const missing = await tx.query<{ target: string; htid: string; shard: number; now: string }>(mysql.missing, [ids])
  const rows = missing.map(({ target, htid, shard, now }) => [target, htid, shard, 0, 0, 'absent', now])
  if (rows.length > 0) await tx.change(mysql.ledger, [rows])
}
