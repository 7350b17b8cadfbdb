import type { Connection } from '../connection.ts'
import { changed } from '../queue/enqueue.ts'
import type { Violation } from './invariants.ts'

/**
 * The invariants of state-machine.md that hold at every moment, whatever is under way. Each is one statement, which on
 * both databases sees one state of all tables.
 */
const postgres = {
  /**
   * Below the watermark nothing is left that is neither queued nor followed nor in error. Ledger rev 0 is the sweep's: the
   * engine was found to hold something else than the ledger said.
   */
  unread: `
    SELECT r.htid, 'rights rev ' || r.rev || ' of ' || r.insert_time || ' lies below the watermark, unread' AS message
    FROM slip_watermark w JOIN slip_rights r ON r.insert_time < w.value::timestamptz
    LEFT JOIN slip_indexed l ON l.target = $1 AND l.htid = r.htid
    WHERE w.stage = 'enqueue' AND w.name = $1 AND coalesce(l.rev, -1) <> 0 AND ${changed.postgres} ORDER BY r.htid LIMIT 100`,
  unclaimed: `
    SELECT htid, 'claimed by ' || host || '/' || pid || ' under a token that has no claim' AS message
    FROM slip_queue q WHERE target = $1 AND state = 1
      AND NOT EXISTS (SELECT 1 FROM slip_claim c WHERE c.token = q.claim_token AND q.htid = ANY(c.htids))
    ORDER BY htid LIMIT 100`,
}

const mysql = {
  unread: `
    SELECT r.htid, CONCAT('rights rev ', r.rev, ' of ', r.insert_time, ' lies below the watermark, unread') AS message
    FROM slip_watermark w JOIN slip_rights r ON r.insert_time < CAST(w.value AS DATETIME(6))
    LEFT JOIN slip_indexed l ON l.target = ? AND l.htid = r.htid
    WHERE w.stage = 'enqueue' AND w.name = ? AND COALESCE(l.rev, -1) <> 0 AND ${changed.mysql} ORDER BY r.htid LIMIT 100`,
  unclaimed: `
    SELECT htid, CONCAT('claimed by ', host, '/', pid, ' under a token that has no claim') AS message
    FROM slip_queue q WHERE target = ? AND state = 1
      AND NOT EXISTS (SELECT 1 FROM slip_claim c WHERE c.token = q.claim_token AND JSON_CONTAINS(c.htids, JSON_QUOTE(q.htid)))
    ORDER BY htid LIMIT 100`,
}

/** Violations of what holds at every moment; a hundred of each at most. */
export async function checkRunning(db: Connection, target: string): Promise<Violation[]> {
  const found = async (invariant: number, sql: string, values: readonly unknown[]) => {
    const rows = await db.query<{ htid: string; message: string }>(sql, values)
    return rows.map(({ htid, message }) => ({ invariant, htid, message }))
  }
  const { unread, unclaimed } = db.dialect === 'postgres' ? postgres : mysql
  const values = db.dialect === 'postgres' ? [target] : new Array<string>(4).fill(target)
  return [...(await found(8, unread, values)), ...(await found(2, unclaimed, [target]))]
}

/** How far the ledger is with each item: neither number ever goes back. */
export interface Mark {
  readonly htid: string
  readonly rev: number
  readonly fence: number
}

export function readMarks(db: Connection, target: string): Promise<Mark[]> {
  const sql = `SELECT htid, rev, fence FROM slip_indexed WHERE target = ${db.dialect === 'postgres' ? '$1' : '?'}`
  return db.query<Mark & Record<string, unknown>>(sql, [target])
}

/** What went back between two readings of the ledger. Rev 0 says that the engine was found to hold something else. */
export function wentBack(before: ReadonlyMap<string, Mark>, now: readonly Mark[]): Violation[] {
  return now.flatMap(({ htid, rev, fence }) => {
    const known = before.get(htid)
    if (known === undefined || ((rev >= known.rev || rev === 0) && fence >= known.fence)) return []
    const message = `the ledger went from rev ${known.rev} and fence ${known.fence} to rev ${rev} and fence ${fence}`
    return [{ invariant: 4, htid, message }]
  })
}
