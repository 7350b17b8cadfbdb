import type { Connection } from '../connection.ts'

/** An item a target holds as its rights are now, of which nothing is under way, and what its document was made of. */
export interface IndexedInputs {
  readonly htid: string
  readonly inputs: string
}

const restOf = (place: string) => `
  l.presence = 'indexed' AND l.inputs IS NOT NULL AND l.rev = r.rev
  AND NOT EXISTS (SELECT 1 FROM slip_queue q WHERE q.target = ${place} AND q.htid = l.htid)
  AND NOT EXISTS (SELECT 1 FROM slip_record c WHERE c.record_id = r.record_id AND c.pending)`

const statements = {
  postgres: {
    page: `
      SELECT l.htid, l.inputs FROM slip_indexed l JOIN slip_rights r ON r.htid = l.htid
      WHERE l.target = $1 AND l.htid > $2 AND ${restOf('$1')} ORDER BY l.htid LIMIT $3`,
    named: `
      SELECT l.htid, l.inputs FROM slip_indexed l JOIN slip_rights r ON r.htid = l.htid
      WHERE l.target = $1 AND l.htid = ANY($2) AND ${restOf('$1')}`,
  },
  mysql: {
    page: `
      SELECT l.htid, l.inputs FROM slip_indexed l JOIN slip_rights r ON r.htid = l.htid
      WHERE l.target = ? AND l.htid > ? AND ${restOf('l.target')} ORDER BY l.htid LIMIT ?`,
    named: `
      SELECT l.htid, l.inputs FROM slip_indexed l JOIN slip_rights r ON r.htid = l.htid
      WHERE l.target = ? AND l.htid IN (?) AND ${restOf('l.target')}`,
  },
}

/** A page of them in id order after `after`, `limit` at most. */
export async function readIndexedInputs(
  db: Connection,
  target: string,
  after: string,
  limit: number,
): Promise<IndexedInputs[]> {
  return db.query<IndexedInputs & Record<string, unknown>>(statements[db.dialect].page, [target, after, limit])
}

/** Those of these items that are still so. */
export async function stillIndexedInputs(
  db: Connection,
  target: string,
  htids: readonly string[],
): Promise<IndexedInputs[]> {
  if (htids.length === 0) return []
  return db.query<IndexedInputs & Record<string, unknown>>(statements[db.dialect].named, [target, htids])
}
