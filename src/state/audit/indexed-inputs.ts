import type { Connection } from '../connection.ts'
import { asked, isKey, isRow } from '../queue/row-of.ts'

/** An item a target holds as its rights are now, of which nothing is under way, and what its document was made of. */
export interface IndexedInputs {
  readonly htid: string
  readonly inputs: string
}

const atRest = `
  l.presence = 'indexed' AND l.inputs IS NOT NULL AND l.rev = r.rev
    AND (SELECT q.rev FROM slip_queue q WHERE q.target = l.target AND q.htid = l.htid LIMIT 1) IS NULL
    AND NOT EXISTS (SELECT 1 FROM slip_record c WHERE c.record_id = r.record_id AND c.pending)`

/** The page is cut by the key alone: joined to others it might be sorted, and the ledger be read whole. */
const statements = {
  postgres: {
    page: 'SELECT htid FROM slip_indexed WHERE target = $1 AND htid > $2 ORDER BY htid LIMIT $3',
    named: `
      WITH ${asked('$1', '$2::text[]')}
      SELECT l.htid, l.inputs FROM asked JOIN slip_indexed l ON ${isRow('l', 'asked')}
      JOIN slip_rights r ON ${isKey('r.htid', 'l.htid')} WHERE ${atRest} ORDER BY l.htid`,
  },
  mysql: {
    page: 'SELECT htid FROM slip_indexed WHERE target = ? AND htid > ? ORDER BY htid LIMIT ?',
    named: `
      SELECT l.htid, l.inputs FROM slip_indexed l JOIN slip_rights r ON r.htid = l.htid
      WHERE l.target = ? AND l.htid IN (?) AND ${atRest} ORDER BY l.htid`,
  },
}

/** Items of the ledger of a target in order after `after`, `limit` at most. */
export async function readLedgerPage(db: Connection, target: string, after: string, limit: number): Promise<string[]> {
  const rows = await db.query<{ htid: string }>(statements[db.dialect].page, [target, after, limit])
  return rows.map(({ htid }) => htid)
}

/** Those of these items that are at rest, in order. */
export async function readIndexedInputs(
  db: Connection,
  target: string,
  htids: readonly string[],
): Promise<IndexedInputs[]> {
  if (htids.length === 0) return []
  return db.query<IndexedInputs & Record<string, unknown>>(statements[db.dialect].named, [target, htids])
}
