import type { Connection } from '../connection.ts'
import { asked, isRow } from '../queue/row-of.ts'
import { slicesOf } from '../queue/slices.ts'

/** What the ledger of a target says of the files of an item. */
export interface IndexedFiles {
  /** Fingerprint of what its document was made of; null = it has none, or none was kept. */
  readonly inputs: string | null
  /** It was never indexed: it is in error, or was set back. */
  readonly isNever: boolean
}

/** Target after target: MySQL would read all rows of each to find several items by the second column of the key. */
const statements = {
  postgres: `
    WITH ${asked('$1', '$2::text[]')}
    SELECT l.htid, l.inputs, l.rev FROM asked JOIN slip_indexed l ON ${isRow('l', 'asked')}`,
  mysql: 'SELECT htid, inputs, rev FROM slip_indexed WHERE target = ? AND htid IN (?)',
}

/** By item, one of each target that knows it. */
export async function readIndexedFiles(
  db: Connection,
  htids: readonly string[],
): Promise<Map<string, readonly IndexedFiles[]>> {
  const found = new Map<string, IndexedFiles[]>()
  const targets = await db.query<{ name: string }>('SELECT name FROM slip_target ORDER BY name')
  for (const slice of slicesOf(htids)) {
    for (const { name } of targets) {
      const rows = await db.query<Row>(statements[db.dialect], [name, slice])
      for (const row of rows)
        found.set(row.htid, [...(found.get(row.htid) ?? []), { inputs: row.inputs, isNever: row.rev === 0 }])
    }
  }
  return found
}

interface Row extends Record<string, unknown> {
  readonly htid: string
  readonly inputs: string | null
  readonly rev: number
}
