import type { Connection } from '../connection.ts'
import { isKey } from '../queue/row-of.ts'
import { slicesOf } from '../queue/slices.ts'

/**
 * The fingerprints of the files of items, as slip-rights last saw them in the repository. They are no content of a rights
 * row: to note one changes neither rev nor digest, so that an item whose files were never looked at need not be indexed
 * again for that. Items that have no document, withdrawn or available to nobody, are left out.
 */
const hasDocument = 'withdrawn_at IS NULL AND (attr IS NULL OR attr <> 8)'

const postgres = {
  read: `SELECT htid, files FROM slip_rights WHERE htid = ANY($1) AND ${hasDocument}`,
  lock: `SELECT htid, files FROM slip_rights WHERE htid = ANY($1) AND ${hasDocument} ORDER BY htid FOR UPDATE`,
  page: `SELECT htid, files FROM slip_rights WHERE htid > $1 AND ${hasDocument} ORDER BY htid LIMIT $2`,
  write: `
    UPDATE slip_rights r SET files = d.files
    FROM unnest($1::text[], $2::text[]) AS d (htid, files) WHERE ${isKey('r.htid', 'd.htid')}`,
}

const mysql = {
  read: `SELECT htid, files FROM slip_rights WHERE htid IN (?) AND ${hasDocument}`,
  /** By primary key whatever the optimizer thinks: a scan would wait for rows that are none of ours. */
  lock: `
    SELECT htid, files FROM slip_rights FORCE INDEX (PRIMARY) WHERE htid IN (?) AND ${hasDocument}
    ORDER BY htid FOR UPDATE`,
  page: `SELECT htid, files FROM slip_rights WHERE htid > ? AND ${hasDocument} ORDER BY htid LIMIT ?`,
  write: 'UPDATE slip_rights FORCE INDEX (PRIMARY) SET files = ELT(FIELD(htid, ?), ?) WHERE htid IN (?)',
}

const statements = { postgres, mysql }

/** By item; null where none was noted yet. Items without a row are left out. */
export async function readFingerprints(
  db: Connection,
  htids: readonly string[],
  how: 'read' | 'lock' = 'read',
): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>()
  for (const slice of slicesOf(htids)) {
    const rows = await db.query<{ htid: string; files: string | null }>(statements[db.dialect][how], [slice])
    for (const { htid, files } of rows) found.set(htid, files)
  }
  return found
}

/** Those of items in order after `after`, `limit` at most. */
export async function readFingerprintPage(
  db: Connection,
  after: string,
  limit: number,
): Promise<Map<string, string | null>> {
  const rows = await db.query<{ htid: string; files: string | null }>(statements[db.dialect].page, [after, limit])
  return new Map(rows.map(({ htid, files }) => [htid, files]))
}

/** Notes them, of rows that are locked. */
export async function writeFingerprints(tx: Connection, files: ReadonlyMap<string, string>): Promise<void> {
  for (const slice of slicesOf([...files.keys()])) {
    const values = slice.map((htid) => files.get(htid))
    await tx.change(statements[tx.dialect].write, tx.dialect === 'postgres' ? [slice, values] : [slice, values, slice])
  }
}
