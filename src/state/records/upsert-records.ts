import type { Connection } from '../connection.ts'

/**
 * A catalogue record as read from a file → slip_record. Content is compared first: the same digest changes nothing.
 * A changed or deleted record is `pending` until its items have reached slip_rights (pending-records.ts), so a crash
 * between the two loses nothing. Who may: slip-rights. Races: two loaders of one record wait for each other on its row.
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

/** Returns the ids of the records that changed. Of an id given twice the last one counts. */
export async function upsertRecords(
  tx: Connection,
  source: string,
  records: readonly LoadedRecord[],
): Promise<Set<string>> {
  const last = [...new Map(records.map((record) => [record.recordId, record])).values()]
  const rows = await tx.query<{ record_id: string }>(postgres.upsert, [
    last.map((record) => record.recordId),
    last.map((record) => record.data),
    last.map((record) => record.digest),
    last.map((record) => record.items),
    source,
  ])
  return new Set(rows.map((row) => row.record_id))
}

/** Marks records as gone from the catalogue; their items become withdrawn. Returns the ids that were there. */
export async function removeRecords(tx: Connection, recordIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ record_id: string }>(postgres.remove, [recordIds])
  return rows.map((row) => row.record_id)
}
