import { databaseClock } from '../clock.ts'
import type { Connection } from '../connection.ts'

/**
 * A catalogue record as read from a file → slip_record. Content is compared first: the same digest changes nothing. That is
 * seen without a lock, as if we had come before whoever changes it now; only what differs is sent.
 * A changed or deleted record is `pending` until its items have reached slip_rights (pending-records.ts), so a crash
 * between the two loses nothing. Who may: slip-rights. Races: two loaders of one record wait for each other on its row.
 *
 * MySQL cannot say which rows an upsert changed: it locks and compares first. Of two loaders that both find no row the
 * second waits at its insert, and counts the record as changed though it may be the same: it is carried over once more.
 */
export interface LoadedRecord {
  readonly recordId: string
  /** The record as JSON text. */
  readonly data: string
  /** 32 hexadecimal characters over the content. */
  readonly digest: string
  /** Number of items it names. */
  readonly items: number
}

const readPostgres = `
  SELECT record_id, digest, deleted_at IS NOT NULL AS deleted FROM slip_record WHERE record_id = ANY($1)`

const readMysql = `
  SELECT record_id, digest, deleted FROM slip_record FORCE INDEX (PRIMARY) WHERE record_id IN (?)`

const inOrder = 'ORDER BY record_id FOR UPDATE'

const postgres = {
  read: readPostgres,
  lock: `${readPostgres} ${inOrder}`,
  pend: 'UPDATE slip_record SET pending = true WHERE record_id = ANY($1) AND NOT pending',
  /** Each value by itself: in an array the quotes of all JSON would have to be escaped, and read again. */
  upsert: (rows: number) => `
    INSERT INTO slip_record AS r (record_id, data, digest, items, source, loaded_at)
    VALUES ${Array.from({ length: rows }, (_, row) => rowOf(4 * row + 2)).join(', ')}
    ON CONFLICT (record_id) DO UPDATE
      SET data = EXCLUDED.data, digest = EXCLUDED.digest, items = EXCLUDED.items, source = EXCLUDED.source, loaded_at = EXCLUDED.loaded_at,
          deleted_at = NULL, pending = true
      WHERE r.digest <> EXCLUDED.digest OR r.deleted_at IS NOT NULL
    RETURNING record_id`,
  remove: `
    UPDATE slip_record SET deleted_at = clock_timestamp(), pending = true
    WHERE record_id = ANY($1) AND deleted_at IS NULL
    RETURNING record_id`,
}

/** Four values of its own, and the source. */
const rowOf = (at: number) => `($${at}, $${at + 1}, $${at + 2}, $${at + 3}, $1, clock_timestamp())`

const mysql = {
  read: readMysql,
  lock: `${readMysql} ${inOrder}`,
  upsert: `
    INSERT INTO slip_record (record_id, data, digest, items, source, loaded_at) VALUES ?
    ON DUPLICATE KEY UPDATE data = VALUES(data), digest = VALUES(digest), items = VALUES(items),
      source = VALUES(source), loaded_at = VALUES(loaded_at), deleted_at = NULL, pending = 1`,
  remove: 'UPDATE slip_record SET deleted_at = SYSDATE(6), pending = 1 WHERE record_id IN (?)',
  pend: 'UPDATE slip_record SET pending = 1 WHERE record_id IN (?) AND pending = 0',
}
/** Records of one statement of PostgreSQL. */
const mostRows = 128
/** Characters of records in one statement: escaped they stay below the 16 MiB a MariaDB accepts as it comes. */
const statementSize = 2 << 20

/** Returns the ids of the records that changed. Of an id given twice the last one counts. */
export async function upsertRecords(
  tx: Connection,
  source: string,
  records: readonly LoadedRecord[],
): Promise<Set<string>> {
  const last = new Map(records.map((record) => [record.recordId, record]))
  if (last.size === 0) return new Set()
  const known = await readRecords(tx, [...last.keys()], 'read')
  const differing = [...last.values()].filter((record) => differs(record, known))
  if (differing.length === 0) return new Set()
  return tx.dialect === 'postgres' ? upsertPostgres(tx, source, differing) : upsertMysql(tx, source, differing)
}

function differs({ recordId, digest }: LoadedRecord, known: ReadonlyMap<string, KnownRecord>): boolean {
  const row = known.get(recordId)
  return row === undefined || row.deleted || row.digest !== digest
}

async function upsertPostgres(tx: Connection, source: string, last: readonly LoadedRecord[]): Promise<Set<string>> {
  const changed = new Set<string>()
  const sorted = inIdOrder(last)
  for (let from = 0; from < sorted.length; ) {
    // so that there are few statements to be prepared
    const size = 2 ** Math.floor(Math.log2(Math.min(sorted.length - from, mostRows)))
    const part = sorted.slice(from, from + size)
    const values = part.flatMap(({ recordId, data, digest, items }) => [recordId, data, digest, items])
    const rows = await tx.query<{ record_id: string }>(postgres.upsert(size), [source, ...values])
    for (const row of rows) changed.add(row.record_id)
    from += size
  }
  return changed
}

const inIdOrder = (records: readonly LoadedRecord[]) => records.toSorted((a, b) => (a.recordId < b.recordId ? -1 : 1))

async function upsertMysql(tx: Connection, source: string, last: readonly LoadedRecord[]): Promise<Set<string>> {
  const ids = last.map((record) => record.recordId)
  const known = await readRecords(tx, ids, 'lock')
  const changed = inIdOrder(last.filter((record) => differs(record, known)))
  const now = await databaseClock(tx)
  for (const part of partsOf(changed)) {
    const rows = part.map(({ recordId, data, digest, items }) => [recordId, data, digest, items, source, now])
    await tx.change(mysql.upsert, [rows])
  }
  return new Set(changed.map((record) => record.recordId))
}

interface KnownRecord {
  readonly digest: string
  readonly deleted: boolean
}

async function readRecords(
  tx: Connection,
  recordIds: readonly string[],
  how: 'read' | 'lock',
): Promise<Map<string, KnownRecord>> {
  const statement = (tx.dialect === 'postgres' ? postgres : mysql)[how]
  const rows = await tx.query<{ record_id: string; digest: string; deleted: boolean }>(statement, [recordIds])
  return new Map(rows.map((row) => [row.record_id, row]))
}

function* partsOf(records: readonly LoadedRecord[]): Generator<LoadedRecord[]> {
  let part: LoadedRecord[] = []
  let size = 0
  for (const record of records) {
    if (part.length > 0 && size + record.data.length > statementSize) {
      yield part
      part = []
      size = 0
    }
    part.push(record)
    size += record.data.length
  }
  if (part.length > 0) yield part
}

/** Marks records as gone from the catalogue; their items become withdrawn. Returns the ids that were there. */
export async function removeRecords(tx: Connection, recordIds: readonly string[]): Promise<string[]> {
  if (recordIds.length === 0) return []
  if (tx.dialect === 'postgres') {
    const rows = await tx.query<{ record_id: string }>(postgres.remove, [recordIds])
    return rows.map((row) => row.record_id)
  }
  const known = await readRecords(tx, recordIds, 'lock')
  const there = [...known].filter(([, row]) => !row.deleted).map(([id]) => id)
  if (there.length > 0) await tx.change(mysql.remove, [there])
  return there
}

/** Marks records as gone that are still what they were when somebody looked; another loader may have changed one since. */
export async function removeUnchanged(tx: Connection, digests: ReadonlyMap<string, string>): Promise<void> {
  if (digests.size === 0) return
  const known = await readRecords(tx, [...digests.keys()], 'lock')
  const ids = [...known].filter(([id, row]) => !row.deleted && row.digest === digests.get(id)).map(([id]) => id)
  if (ids.length > 0) await tx.change((tx.dialect === 'postgres' ? postgres : mysql).remove, [ids])
}

/** Has what records say of their items carried over once more. */
export async function carryAgain(tx: Connection, recordIds: readonly string[]): Promise<void> {
  if (recordIds.length > 0) await tx.change((tx.dialect === 'postgres' ? postgres : mysql).pend, [recordIds])
}
