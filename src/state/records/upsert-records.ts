import { databaseClock } from '../clock.ts'
import type { Connection } from '../connection.ts'

/**
 * A catalogue record as read from a file → slip_record. Content is compared first: the same digest changes nothing.
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

const postgres = {
  lock: `
    SELECT record_id, digest, deleted_at IS NOT NULL AS deleted FROM slip_record
    WHERE record_id = ANY($1) ORDER BY record_id FOR UPDATE`,
  pend: 'UPDATE slip_record SET pending = true WHERE record_id = ANY($1) AND NOT pending',
  upsert: `
    INSERT INTO slip_record AS r (record_id, data, digest, items, source, loaded_at)
    SELECT record_id, data, digest, items, $5, clock_timestamp()
    FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS d (record_id, data, digest, items)
    ORDER BY record_id
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

const mysql = {
  lock: `
    SELECT record_id, digest, deleted FROM slip_record FORCE INDEX (PRIMARY)
    WHERE record_id IN (?) ORDER BY record_id FOR UPDATE`,
  upsert: `
    INSERT INTO slip_record (record_id, data, digest, items, source, loaded_at) VALUES ?
    ON DUPLICATE KEY UPDATE data = VALUES(data), digest = VALUES(digest), items = VALUES(items),
      source = VALUES(source), loaded_at = VALUES(loaded_at), deleted_at = NULL, pending = 1`,
  remove: 'UPDATE slip_record SET deleted_at = SYSDATE(6), pending = 1 WHERE record_id IN (?)',
  pend: 'UPDATE slip_record SET pending = 1 WHERE record_id IN (?) AND pending = 0',
}
/** Characters of records in one statement: escaped they stay below the 16 MiB a MariaDB accepts as it comes. */
const statementSize = 2 << 20

/** Returns the ids of the records that changed. Of an id given twice the last one counts. */
export async function upsertRecords(
  tx: Connection,
  source: string,
  records: readonly LoadedRecord[],
): Promise<Set<string>> {
  const last = [...new Map(records.map((record) => [record.recordId, record])).values()]
  if (last.length === 0) return new Set()
  return tx.dialect === 'postgres' ? upsertPostgres(tx, source, last) : upsertMysql(tx, source, last)
}

async function upsertPostgres(tx: Connection, source: string, last: readonly LoadedRecord[]): Promise<Set<string>> {
  const rows = await tx.query<{ record_id: string }>(postgres.upsert, [
    last.map((record) => record.recordId),
    last.map((record) => record.data),
    last.map((record) => record.digest),
    last.map((record) => record.items),
    source,
  ])
  return new Set(rows.map((row) => row.record_id))
}

async function upsertMysql(tx: Connection, source: string, last: readonly LoadedRecord[]): Promise<Set<string>> {
  const known = await lockRecords(
    tx,
    last.map((record) => record.recordId),
  )
  const changed = last
    .filter(({ recordId, digest }) => {
      const row = known.get(recordId)
      return row === undefined || row.deleted || row.digest !== digest
    })
    .sort((a, b) => (a.recordId < b.recordId ? -1 : 1))
  const now = await databaseClock(tx)
  for (const part of partsOf(changed)) {
    const rows = part.map(({ recordId, data, digest, items }) => [recordId, data, digest, items, source, now])
    await tx.change(mysql.upsert, [rows])
  }
  return new Set(changed.map((record) => record.recordId))
}

async function lockRecords(tx: Connection, recordIds: readonly string[]) {
  const { lock } = tx.dialect === 'postgres' ? postgres : mysql
  const rows = await tx.query<{ record_id: string; digest: string; deleted: boolean }>(lock, [recordIds])
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
  const known = await lockRecords(tx, recordIds)
  const there = [...known.values()].filter((row) => !row.deleted).map((row) => row.record_id)
  if (there.length > 0) await tx.change(mysql.remove, [there])
  return there
}

/** Marks records as gone that are still what they were when somebody looked; another loader may have changed one since. */
export async function removeUnchanged(tx: Connection, digests: ReadonlyMap<string, string>): Promise<void> {
  if (digests.size === 0) return
  const known = await lockRecords(tx, [...digests.keys()])
  const same = [...known.values()].filter((row) => !row.deleted && row.digest === digests.get(row.record_id))
  const ids = same.map((row) => row.record_id)
  if (ids.length > 0) await tx.change((tx.dialect === 'postgres' ? postgres : mysql).remove, [ids])
}

/** Has what records say of their items carried over once more. */
export async function carryAgain(tx: Connection, recordIds: readonly string[]): Promise<void> {
  if (recordIds.length > 0) await tx.change((tx.dialect === 'postgres' ? postgres : mysql).pend, [recordIds])
}
