import { listFiles, type SourceFile } from '../sources/file-set.ts'
import type { Connection } from '../state/connection.ts'
import { readWatermarks, writeWatermark } from '../state/control/watermark.ts'

const nameOf = (source: string, file: SourceFile) => `${source}:${file.path}`

/**
 * The files of a source to read: from the first that changed since it was read whole, with all that follow it, for a
 * later file overrules an earlier one.
 */
export async function changedFiles(
  db: Connection,
  source: string,
  patterns: readonly string[],
  baseDir: string,
): Promise<SourceFile[]> {
  const files = await listFiles(patterns, baseDir)
  const known = await readWatermarks(db, 'rights')
  const first = files.findIndex((file) => known.get(nameOf(source, file)) !== file.fingerprint)
  return first === -1 ? [] : files.slice(first)
}

/** Remembers in the given transaction that a file was read whole. */
export async function markRead(tx: Connection, source: string, file: SourceFile): Promise<void> {
  await writeWatermark(tx, 'rights', nameOf(source, file), file.fingerprint, true)
}
