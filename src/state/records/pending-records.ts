import type { Connection } from '../connection.ts'
import { isKey } from '../queue/row-of.ts'

/**
 * Records whose items have not reached slip_rights yet. A block is read without a lock, for files are looked at in
 * between; the transaction that writes the items locks the records first and leaves out what changed meanwhile, so that
 * a slow reader never puts an older content over a newer one.
 */
export interface PendingRecord {
  readonly recordId: string
  /** That it was loaded from. */
  readonly source: string
  readonly data: string
  readonly digest: string
  readonly deleted: boolean
}

/** What is locked is found by its key alone, however many are pending: see queue/row-of.ts. */
const postgres = {
  find: `
    SELECT record_id AS "recordId", source, data, digest, deleted_at IS NOT NULL AS deleted FROM slip_record
    WHERE pending AND (deleted_at IS NOT NULL, record_id) > ($1::boolean, $2) ORDER BY deleted_at IS NOT NULL, record_id LIMIT $3`,
  lock: `
    SELECT r.record_id FROM unnest($1::text[], $2::text[], $3::boolean[]) AS d (record_id, digest, deleted)
    JOIN slip_record r ON ${isKey('r.record_id', 'd.record_id')}
    WHERE r.pending::int = 1 AND r.digest = d.digest AND (r.deleted_at IS NOT NULL) = d.deleted
    ORDER BY d.record_id COLLATE "C" FOR UPDATE OF r`,
  done: 'UPDATE slip_record SET pending = false WHERE record_id = ANY($1)',
}

/** What is locked is compared with what was read in `takePendingRecords`: MySQL has no unnest. */
const mysql = {
  find: `
    SELECT record_id AS recordId, source, data, digest, deleted FROM slip_record FORCE INDEX (slip_record_pending)
    WHERE pending = 1 AND (deleted = ? AND record_id > ? OR deleted > ?) ORDER BY deleted, record_id LIMIT ?`,
  lock: `
    SELECT record_id, digest, deleted FROM slip_record FORCE INDEX (PRIMARY)
    WHERE record_id IN (?) AND pending = 1 ORDER BY record_id FOR UPDATE`,
  done: 'UPDATE slip_record SET pending = 0 WHERE record_id IN (?)',
}

const statements = { postgres, mysql }

type Place = Pick<PendingRecord, 'deleted' | 'recordId'>
const beforeAll: Place = { deleted: false, recordId: '' }

/** The next block, behind `last`; deleted records after the others. */
export async function findPendingRecords(db: Connection, limit: number, last = beforeAll): Promise<PendingRecord[]> {
  const { deleted, recordId } = last
  const behind = db.dialect === 'postgres' ? [deleted, recordId] : [deleted, recordId, deleted]
  return db.query<PendingRecord & Record<string, unknown>>(statements[db.dialect].find, [...behind, limit])
}

/** Locks those that are still pending with this content and marks them as carried over; returns their ids. */
export async function takePendingRecords(tx: Connection, records: readonly PendingRecord[]): Promise<Set<string>> {
  const ids = tx.dialect === 'postgres' ? await lockPostgres(tx, records) : await lockMysql(tx, records)
  if (ids.length > 0) await tx.change(statements[tx.dialect].done, [ids])
  return new Set(ids)
}

async function lockPostgres(tx: Connection, records: readonly PendingRecord[]): Promise<string[]> {
  const rows = await tx.query<{ record_id: string }>(postgres.lock, [
    records.map((record) => record.recordId),
    records.map((record) => record.digest),
    records.map((record) => record.deleted),
  ])
  return rows.map((row) => row.record_id)
}

async function lockMysql(tx: Connection, records: readonly PendingRecord[]): Promise<string[]> {
  if (records.length === 0) return []
  const known = new Map(records.map((record) => [record.recordId, record]))
  const rows = await tx.query<{ record_id: string; digest: string; deleted: boolean }>(mysql.lock, [[...known.keys()]])
  return rows
    .filter(({ record_id, digest, deleted }) => {
      const read = known.get(record_id)
      return read?.digest === digest && read.deleted === deleted
    })
    .map((row) => row.record_id)
}
