import { listFiles, type SourceFile } from '../sources/file-set.ts'
import { supersedeGoneFiles } from '../state/audit/source-errors.ts'
import { beginReading, forgetRead, markRead, unreadOf } from './changed-files.ts'
import type { Pass } from './context.ts'
import { type FileRead, type FileReader, FileReading } from './file-reading.ts'
import { keepCounts } from './keep-counts.ts'

/**
 * Reads the changed files of a source block by block. What cannot be read becomes errors rows with the source text, in
 * place of those of the file's last reading; it never stops the feed: neither a bad line, nor a file that cannot be
 * opened, is damaged or is none, nor one that is rubbish, which is read no further. The files after it are read all the
 * same.
 *
 * `all`: whether they changed or not.
 *
 * What is read lies over what the files behind it said, so these are unread from its first block on: should the process
 * die before it has come to them, the next one does. And once more at its end, with those that came meanwhile, for another
 * process may have read them.
 */
export async function readFiles<Event extends { readonly kind: string }>(
  pass: Pass,
  source: string,
  patterns: readonly string[],
  reader: FileReader<Event>,
  which: 'changed' | 'all' = 'changed',
): Promise<FileRead[]> {
  const files = await listFiles(patterns, pass.config.baseDir)
  await clearGone(pass, source, files, patterns)
  const done: FileRead[] = []
  for (const file of which === 'all' ? files : await unreadOf(pass.db, source, files)) {
    if (pass.stop.aborted) break
    const behind = file.flaw === null ? files.slice(files.indexOf(file) + 1).filter(({ flaw }) => flaw === null) : []
    const mark = await pass.db.transaction(async (tx) => {
      await forgetRead(tx, source, behind)
      return beginReading(tx, source, file)
    })
    const read = await new FileReading(pass, source, file, reader).run(async (tx, ending) => {
      if (file.flaw === null) await forgetRead(tx, source, (await behindNow(pass, patterns, file)) ?? behind)
      await markRead(tx, source, file, { mark, ending })
    })
    await keepCounts(pass)
    done.push(read)
    if (read.ending === 'stopped') break
  }
  return done
}

/** The files behind it as they are now; null when it is there no more. */
async function behindNow({ config }: Pass, patterns: readonly string[], file: SourceFile) {
  const files = await listFiles(patterns, config.baseDir)
  const at = files.findIndex(({ path }) => path === file.path)
  return at < 0 ? null : files.slice(at + 1).filter(({ flaw }) => flaw === null)
}

/**
 * Reads a file that a person hands to a source, whatever files the source has. That it was read is kept nowhere: what the
 * source's own files say when they are read next counts again.
 */
export async function readHandedFile<Event extends { readonly kind: string }>(
  pass: Pass,
  source: string,
  file: SourceFile,
  reader: FileReader<Event>,
): Promise<FileRead> {
  const read = await new FileReading(pass, source, file, reader, true).run(async () => undefined)
  await keepCounts(pass)
  return read
}

/**
 * Looked at when the files change: a source without any looks as one whose mount is away, and is left alone. That it has
 * none is said once, when the process begins: a pattern that is mistyped is seen nowhere else.
 */
async function clearGone(
  pass: Pass,
  source: string,
  files: readonly SourceFile[],
  patterns: readonly string[],
): Promise<void> {
  const paths = files.map(({ path }) => path)
  const list = paths.join('\n')
  if (paths.length === 0 && !pass.listed.has(source)) {
    pass.listed.set(source, list)
    pass.bus.emit('daemon.warning', { message: `source ${source}: there is no file ${patterns.join(', ')}` })
  }
  if (paths.length === 0 || pass.listed.get(source) === list) return
  await pass.db.transaction((tx) => supersedeGoneFiles(tx, source, paths))
  pass.listed.set(source, list)
}
