import { hostName } from '../daemon/identity.ts'
import type { SourceFile } from '../sources/file-set.ts'
import type { Bad } from '../sources/source.ts'
import { addSourceErrors, supersedeSourceErrors } from '../state/audit/errors.ts'
import { blocksOf } from './blocks.ts'
import { changedFiles, markRead } from './changed-files.ts'
import type { Pass } from './context.ts'

/** How the files of one kind of source are read. */
export interface FileReader<Event> {
  readonly read: (path: string) => AsyncIterable<Event | Bad>
  readonly blockSize: number
  /** Takes a block in, and returns what of it cannot be used after all. */
  readonly load: (events: Event[], file: SourceFile) => Promise<Bad[]>
}

/**
 * Reads the changed files of a source block by block. What cannot be read becomes errors rows with the source text, in
 * place of those of the file's last reading; it never stops the feed. A file counts as read when its end was reached.
 */
export async function readFiles<Event extends { readonly kind: string }>(
  pass: Pass,
  source: string,
  patterns: readonly string[],
  reader: FileReader<Event>,
): Promise<void> {
  for (const file of await changedFiles(pass.db, source, patterns, pass.config.baseDir)) {
    if (pass.stop.aborted || !(await readFile(pass, source, file, reader))) return
  }
}

async function readFile<Event extends { readonly kind: string }>(
  pass: Pass,
  source: string,
  file: SourceFile,
  { read, blockSize, load }: FileReader<Event>,
): Promise<boolean> {
  await pass.db.transaction((tx) => supersedeSourceErrors(tx, file.path))
  const counts = { records: 0, bad: 0 }
  for await (const block of blocksOf(read(file.path), blockSize)) {
    if (pass.stop.aborted) return false
    const events = block.filter((event): event is Event => event.kind !== 'bad')
    const unreadable = block.filter((event): event is Bad => event.kind === 'bad')
    const bad = [...unreadable, ...(await load(events, file))]
    await keepBad(pass, source, bad)
    counts.records += events.length
    counts.bad += bad.length
  }
  await pass.db.transaction((tx) => markRead(tx, source, file))
  pass.tally.counts.bad += counts.bad
  pass.bus.emit('source.read', { source, file: file.path, ...counts })
  return true
}

async function keepBad(pass: Pass, source: string, bad: readonly Bad[]): Promise<void> {
  if (bad.length === 0) return
  const errors = bad.map(({ file, line, message, text }) => ({
    source,
    message: `${file}:${line}: ${message}`,
    detail: JSON.stringify({ file, line, text }),
  }))
  await pass.db.transaction((tx) => addSourceErrors(tx, errors, hostName))
}
