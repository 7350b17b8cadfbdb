import type { Connection } from '../connection.ts'

const statements = {
  postgres: 'SELECT record_id, data FROM slip_record WHERE record_id = ANY($1) AND deleted_at IS NULL',
  mysql: 'SELECT record_id, data FROM slip_record WHERE record_id IN (?) AND deleted_at IS NULL',
}

/** The records with these ids that are in the catalogue, as JSON text by id; a missing or deleted one is left out. */
export async function findRecords(db: Connection, recordIds: readonly string[]): Promise<Map<string, string>> {
  if (recordIds.length === 0) return new Map()
  const rows = await db.query<{ record_id: string; data: string }>(statements[db.dialect], [[...new Set(recordIds)]])
  return new Map(rows.map((row) => [row.record_id, row.data]))
}

const ofSource = {
  postgres: 'SELECT record_id FROM slip_record WHERE record_id = ANY($1) AND source = $2',
  mysql: 'SELECT record_id FROM slip_record FORCE INDEX (PRIMARY) WHERE record_id IN (?) AND source = ?',
}

/** Those of these ids that are of records of the source, deleted ones too. */
export async function recordsOfSource(
  db: Connection,
  source: string,
  recordIds: readonly string[],
): Promise<Set<string>> {
  if (recordIds.length === 0) return new Set()
  const rows = await db.query<{ record_id: string }>(ofSource[db.dialect], [[...new Set(recordIds)], source])
  return new Set(rows.map((row) => row.record_id))
}
