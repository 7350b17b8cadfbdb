import { createHash, randomUUID } from 'node:crypto'
import { listFiles, type SourceFile } from '../sources/file-set.ts'
import type { Connection } from '../state/connection.ts'
import { advanceWatermark, readWatermark, readWatermarks, writeWatermark } from '../state/control/watermark.ts'
import { markUnread } from '../state/rights/reread-sources.ts'
import { beingRead } from './watermark-names.ts'

const longestName = 255

/** A path for which the column is too short is named by its SHA-256. */
function nameOf(source: string, { path }: SourceFile): string {
  const name = `${source}:${path}`
  return name.length <= longestName ? name : `${source}:${createHash('sha256').update(path).digest('hex')}`
}

/** How the reading of a file ended: at its end, or as far as it could be read. */
export type Ending = 'whole' | 'broken off'

/** Of a file that was broken off also a change of its permissions is one. */
const markOf = (file: SourceFile, ending: Ending) =>
  ending === 'whole' ? file.fingerprint : `broken off ${file.state}`

/** The files of a source that are to be read. Throws what listFiles throws. */
export async function changedFiles(
  db: Connection,
  source: string,
  patterns: readonly string[],
  baseDir: string,
): Promise<readonly SourceFile[]> {
  return unreadOf(db, source, await listFiles(patterns, baseDir))
}

/**
 * Of the files of a source those to read: from the first that changed since it was read, with all that follow it, for a
 * later file overrules an earlier one. What is no file overrules nothing, and is read to tell so.
 */
export async function unreadOf(
  db: Connection,
  source: string,
  files: readonly SourceFile[],
): Promise<readonly SourceFile[]> {
  const known = await readWatermarks(db, 'rights')
  const isRead = (file: SourceFile) => {
    const mark = known.get(nameOf(source, file))
    return mark === markOf(file, 'whole') || mark === markOf(file, 'broken off')
  }
  const first = files.findIndex((file) => file.flaw === null && !isRead(file))
  return files.filter((file, at) => (file.flaw === null && first !== -1 ? at >= first : !isRead(file)))
}

/**
 * Notes in the given transaction that a file is being read; returns the mark by which its end is told. One that another
 * reads, or has broken off, keeps its mark.
 */
export async function beginReading(tx: Connection, source: string, file: SourceFile): Promise<string> {
  const name = nameOf(source, file)
  const known = await readWatermark(tx, 'rights', name)
  if (known?.startsWith(beingRead)) return known
  const mark = beingRead + randomUUID()
  await writeWatermark(tx, 'rights', name, mark, false, false)
  return mark
}

/**
 * Remembers in the given transaction that a file was read, where it still has the mark of its reading: in a database that was
 * restored meanwhile, what was taken in before is not there.
 */
export async function markRead(
  tx: Connection,
  source: string,
  file: SourceFile,
  { mark, ending }: { readonly mark: string; readonly ending: Ending },
): Promise<void> {
  const name = nameOf(source, file)
  await advanceWatermark(tx, { stage: 'rights', name, from: mark, to: markOf(file, ending), cycle: true })
}

/** Has files read again, by whoever reads the source next. */
export async function forgetRead(tx: Connection, source: string, files: readonly SourceFile[]): Promise<void> {
  await markUnread(
    tx,
    files.map((file) => nameOf(source, file)),
  )
}
