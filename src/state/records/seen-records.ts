import type { Connection, Database } from '../connection.ts'
import { isKey } from '../queue/row-of.ts'

/**
 * What a pass over the whole of a source has seen: its records, each with the digest it had, and the items they name. By it
 * the items are found that vanished from the source. One pass of a source at a time; what one that was broken off left is
 * forgotten when the next begins.
 *
 * An item has vanished when no record that was seen names it, and its own record was not seen either and is older than the
 * pass, or was seen and is still what it was then. A record that came or changed meanwhile speaks for its items.
 *
 * On PostgreSQL each is looked up by itself, as in queue/row-of.ts: a table that is empty between two passes is one row to
 * the planner in the next.
 */
export interface SeenRecord {
  readonly recordId: string
  readonly digest: string
  readonly htids: readonly string[]
}

/** An item whose record is one of the source, and which is not withdrawn. */
export interface JudgedItem {
  readonly htid: string
  readonly rev: number
  readonly recordId: string
  /** Of its record, now. */
  readonly digest: string
  readonly isMissing: boolean
  /** Its record was not seen. */
  readonly recordIsMissing: boolean
  /** A record that was seen and names it. */
  readonly namedBy: string | null
}

const postgres = {
  clear: `
    WITH gone AS MATERIALIZED (SELECT $1::text AS source, d.record_id FROM unnest($2::text[]) AS d (record_id))
    DELETE FROM slip_seen s USING gone WHERE ${isKey('s.source', 'gone.source')} AND s.record_id = gone.record_id`,
  note: `
    INSERT INTO slip_seen (source, record_id, htid, digest)
    SELECT $1, record_id, htid, digest FROM unnest($2::text[], $3::text[], $4::text[]) AS d (record_id, htid, digest)`,
  left: 'SELECT record_id FROM slip_seen WHERE source = $1 ORDER BY record_id LIMIT $2',
  ids: 'SELECT htid FROM slip_rights WHERE htid > $1 ORDER BY htid LIMIT $2',
  judge: `
    SELECT r.htid, r.rev, r.record_id AS "recordId", c.digest, s.record_id IS NULL AS "recordIsMissing",
           (SELECT min(i.record_id) FROM slip_seen i
            WHERE (i.source = $1) IS TRUE AND i.htid = r.htid AND i.htid <> '') AS "namedBy",
           CASE WHEN s.record_id IS NULL THEN c.loaded_at < $2::timestamptz ELSE s.digest = c.digest END AS "mayGo"
    FROM slip_rights r
    JOIN LATERAL (SELECT * FROM slip_record k WHERE k.record_id = r.record_id LIMIT 1) c
      ON c.source = $1 AND c.deleted_at IS NULL
    LEFT JOIN LATERAL (
      SELECT n.record_id, n.digest FROM slip_seen n
      WHERE n.source = $1 AND n.record_id = c.record_id AND n.htid = '' LIMIT 1) s ON true
    WHERE r.htid = ANY($3) AND r.withdrawn_at IS NULL ORDER BY r.htid`,
}

const mysql = {
  clear: 'DELETE FROM slip_seen WHERE source = ? AND record_id IN (?)',
  note: 'INSERT INTO slip_seen (source, record_id, htid, digest) VALUES ?',
  left: 'SELECT DISTINCT record_id FROM slip_seen WHERE source = ? ORDER BY record_id LIMIT ?',
  ids: 'SELECT htid FROM slip_rights WHERE htid > ? ORDER BY htid LIMIT ?',
  judge: `
    SELECT r.htid, r.rev, r.record_id AS recordId, c.digest, s.record_id IS NULL AS recordIsMissing,
           (SELECT MIN(i.record_id) FROM slip_seen i FORCE INDEX (slip_seen_item) WHERE i.source = ? AND i.htid = r.htid) AS namedBy,
           IF(s.record_id IS NULL, c.loaded_at < CAST(? AS DATETIME(6)), s.digest = c.digest) AS mayGo
    FROM slip_rights r
    JOIN slip_record c FORCE INDEX (PRIMARY) ON c.record_id = r.record_id AND c.source = ? AND c.deleted_at IS NULL
    LEFT JOIN slip_seen s FORCE INDEX (PRIMARY) ON s.source = ? AND s.record_id = c.record_id AND s.htid = ''
    WHERE r.htid IN (?) AND r.withdrawn_at IS NULL ORDER BY r.htid`,
}

const statements = { postgres, mysql }

/** Rows of one statement: far below the 16 MiB a MariaDB accepts as it comes. */
const rowsOfStatement = 5_000
const recordsOfPage = 1_000

/** Notes records as seen with what they name, in place of what they named before; those that are gone as gone. */
export async function noteSeen(
  tx: Connection,
  source: string,
  records: readonly SeenRecord[],
  gone: readonly string[],
): Promise<void> {
  const ids = [...records.map(({ recordId }) => recordId), ...gone]
  if (ids.length === 0) return
  await tx.change(statements[tx.dialect].clear, [source, ids])
  const rows = records.flatMap(({ recordId, digest, htids }) =>
    ['', ...new Set(htids)].map((htid) => [recordId, htid, digest] as const),
  )
  for (let from = 0; from < rows.length; from += rowsOfStatement) {
    const some = rows.slice(from, from + rowsOfStatement)
    if (tx.dialect === 'mysql') await tx.change(mysql.note, [some.map((row) => [source, ...row])])
    else await tx.change(postgres.note, [source, ...[0, 1, 2].map((column) => some.map((row) => row[column]))])
  }
}

/** Forgets what was seen of a source, in short transactions. */
export async function forgetSeen(db: Database, source: string): Promise<void> {
  const { left, clear } = statements[db.dialect]
  for (;;) {
    const rows = await db.query<{ record_id: string }>(left, [source, recordsOfPage])
    if (rows.length === 0) return
    const ids = [...new Set(rows.map(({ record_id }) => record_id))]
    await db.transaction((tx) => tx.change(clear, [source, ids]))
  }
}

export interface JudgedPage {
  readonly items: readonly JudgedItem[]
  /** Last id looked at; null = there are no more. */
  readonly last: string | null
}

/** The next page of items behind `after` ('' = from the first). `since`: when the pass began. */
export async function judgePage(
  db: Connection,
  source: string,
  { since, after, size }: { readonly since: string; readonly after: string; readonly size: number },
): Promise<JudgedPage> {
  const { ids, judge } = statements[db.dialect]
  const htids = (await db.query<{ htid: string }>(ids, [after, size])).map(({ htid }) => htid)
  if (htids.length === 0) return { items: [], last: null }
  const values = db.dialect === 'postgres' ? [source, since, htids] : [source, since, source, source, htids]
  const rows = await db.query<Omit<JudgedItem, 'isMissing'> & { mayGo: boolean | number }>(judge, values)
  const items = rows.map(({ mayGo, recordIsMissing, ...row }) => ({
    ...row,
    recordIsMissing: Boolean(recordIsMissing),
    isMissing: row.namedBy === null && Boolean(mayGo),
  }))
  return { items, last: htids.length < size ? null : (htids.at(-1) ?? null) }
}
