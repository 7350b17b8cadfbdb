import type { Connection } from '../connection.ts'
import { changed } from '../queue/enqueue.ts'
import { withLedger } from '../queue/row-of.ts'

/** A rights row that a target neither follows nor has queued, nor ended in an error of that rev: the sweep's query, read only. */
export interface Mismatch {
  readonly htid: string
  readonly rightsRev: number
  readonly ledgerRev: number
}

const statements = {
  postgres: `
    SELECT r.htid, r.rev AS "rightsRev", coalesce(l.rev, 0) AS "ledgerRev" FROM slip_rights r ${withLedger('$1', 'r')}
    WHERE r.htid > $2 AND ${changed.postgres} ORDER BY r.htid LIMIT $3`,
  mysql: `
    SELECT r.htid, r.rev AS rightsRev, COALESCE(l.rev, 0) AS ledgerRev FROM slip_rights r
    LEFT JOIN slip_indexed l ON l.target = ? AND l.htid = r.htid
    WHERE r.htid > ? AND ${changed.mysql} ORDER BY r.htid LIMIT ?`,
}

/** A page of mismatches in id order after `after`, `limit` at most. */
export async function verifyTarget(db: Connection, target: string, after: string, limit: number): Promise<Mismatch[]> {
  const values = db.dialect === 'postgres' ? [target, after, limit] : [target, after, target, target, limit]
  return db.query<Mismatch & Record<string, unknown>>(statements[db.dialect], values)
}
