import type { Connection } from '../connection.ts'

/** What the ledger of a target says of the files of an item. */
export interface IndexedFiles {
  /** Fingerprint of the METS file and pages its document was made of; null = it has none, or none was kept. */
  readonly files: string | null
  /** It was never indexed: it is in error, or was set back. */
  readonly isNever: boolean
}

/** By the whole key, target after target: MySQL finds nothing by the second column of a key. */
const select = 'SELECT htid, inputs, rev FROM slip_indexed WHERE target IN (SELECT name FROM slip_target) AND htid'
const statements = { postgres: `${select} = ANY($1)`, mysql: `${select} IN (?)` }

/** By item, one of each target that knows it. */
export async function readIndexedFiles(
  db: Connection,
  htids: readonly string[],
): Promise<Map<string, readonly IndexedFiles[]>> {
  if (htids.length === 0) return new Map()
  const rows = await db.query<{ htid: string; inputs: string | null; rev: number }>(statements[db.dialect], [htids])
  const byItem = Map.groupBy(rows, ({ htid }) => htid)
  return new Map([...byItem].map(([htid, of]) => [htid, of.map(indexedFiles)]))
}

/** The first two parts of the fingerprint of the inputs are those of the files. */
const indexedFiles = ({ inputs, rev }: { inputs: string | null; rev: number }): IndexedFiles => ({
  files: inputs === null ? null : inputs.split('.', 2).join('.'),
  isNever: Number(rev) === 0,
})
