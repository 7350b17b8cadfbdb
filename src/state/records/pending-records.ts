import type { Connection } from '../connection.ts'

/**
 * Records whose items have not reached slip_rights yet: read a block under lock, write its items, mark it carried over,
 * all in one transaction. SKIP LOCKED lets two readers share the work.
 */
export interface PendingRecord {
  readonly recordId: string
  readonly data: string
  readonly deleted: boolean
}

const postgres = {
  take: `
    SELECT record_id, data, deleted_at IS NOT NULL AS deleted FROM slip_record
    WHERE pending ORDER BY record_id LIMIT $1 FOR UPDATE SKIP LOCKED`,
  done: 'UPDATE slip_record SET pending = false WHERE record_id = ANY($1)',
}

export async function takePendingRecords(tx: Connection, limit: number): Promise<PendingRecord[]> {
  const rows = await tx.query<{ record_id: string; data: string; deleted: boolean }>(postgres.take, [limit])
  return rows.map((row) => ({ recordId: row.record_id, data: row.data, deleted: row.deleted }))
}

export async function markCarriedOver(tx: Connection, recordIds: readonly string[]): Promise<void> {
  await tx.query(postgres.done, [recordIds])
}
