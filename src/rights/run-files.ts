import { hostName } from '../daemon/identity.ts'
import { SlipError } from '../errors/slip-error.ts'
import { listFiles, namedFile, type SourceFile } from '../sources/file-set.ts'
import { filesInError, handedInError, supersedeSourceErrors } from '../state/audit/source-errors.ts'
import { forgetRead } from './changed-files.ts'
import type { Pass } from './context.ts'
import type { FileRead, FileReader } from './file-reading.ts'
import { flawOfBad, type Ran } from './ran.ts'
import { readFiles, readHandedFile } from './read-files.ts'

/** Reads files of a source: those that were not read yet, those with errors and what lies behind them, or all. */
export async function runFiles<Event extends { readonly kind: string }>(
  pass: Pass,
  source: string,
  patterns: readonly string[],
  reader: FileReader<Event>,
  which: 'new' | 'broken' | 'all',
): Promise<Ran> {
  const files = await listFiles(patterns, pass.config.baseDir)
  if (which === 'broken') {
    const inError = await filesInError(pass.db, source)
    const broken = files.filter(({ path }) => inError.has(path))
    await pass.db.transaction((tx) => forgetRead(tx, source, broken))
  }
  const reads = await readFiles(pass, source, patterns, reader, which === 'all' ? 'all' : 'changed')
  const handed = which === 'broken' ? await rereadHanded(pass, source, reader) : { reads: [], notes: [] }
  const flaw = flawOf(pass, source, [...reads, ...handed.reads])
  if (flaw !== null || which !== 'all') return { flaw, notes: handed.notes }
  const listOf = (some: readonly SourceFile[]) => some.map(({ path, state }) => `${path} ${state}`).join('\n')
  const after = await listFiles(patterns, pass.config.baseDir)
  if (files.length === 0) return { flaw: 'it has no file', notes: [] }
  if (listOf(after) !== listOf(files)) return { flaw: 'its files changed while they were read', notes: [] }
  return { flaw: null, notes: [] }
}

/** The files with errors that a person had handed to the source, on this host. What is wrong with one that is gone is over. */
async function rereadHanded<Event extends { readonly kind: string }>(
  pass: Pass,
  source: string,
  reader: FileReader<Event>,
): Promise<{ reads: FileRead[]; notes: string[] }> {
  const [reads, notes]: [FileRead[], string[]] = [[], []]
  for (const [path, host] of await handedInError(pass.db, source)) {
    if (host !== hostName) {
      notes.push(`${path} was loaded on ${host}: load it there again`)
      continue
    }
    try {
      reads.push(await readHandedFile(pass, source, await namedFile(path), reader))
    } catch (error) {
      if (!(error instanceof SlipError) || error.code !== 'SOURCE_FILE_MISSING') throw error
      await pass.db.transaction((tx) => supersedeSourceErrors(tx, path))
      notes.push(`${path} is gone, and its errors with it`)
    }
  }
  return { reads, notes }
}

/** Reads files that a person hands to a source, in the order in which they are named. Throws SOURCE_FILE_UNFIT for what is none. */
export async function handFiles<Event extends { readonly kind: string }>(
  pass: Pass,
  source: string,
  paths: readonly string[],
  reader: FileReader<Event>,
): Promise<Ran> {
  const files: SourceFile[] = []
  for (const path of paths) files.push(await handedFile(path))
  const reads: FileRead[] = []
  for (const file of files) {
    if (pass.stop.aborted) break
    reads.push(await readHandedFile(pass, source, file, reader))
  }
  const useless = reads.filter(({ records }) => records === 0)
  const notes = useless.map(({ file, bad }) =>
    bad === 0 ? `${file} holds nothing` : `${file} holds nothing that source ${source} can use: is it of another kind?`,
  )
  return { flaw: flawOf(pass, source, reads), notes }
}

async function handedFile(path: string): Promise<SourceFile> {
  try {
    return await namedFile(path)
  } catch (error) {
    if (!(error instanceof SlipError)) throw error
    throw new SlipError('SOURCE_FILE_UNFIT', error.message, { place: error.place, cause: error })
  }
}

/** Reads one record again from the files of its source. Throws NOT_FOUND when none of them has it. */
export async function rereadRecord<Event extends { readonly kind: string }>(
  pass: Pass,
  source: string,
  patterns: readonly string[],
  reader: FileReader<Event>,
  id: string,
): Promise<Ran> {
  let found = 0
  const notes: string[] = []
  for (const file of await listFiles(patterns, pass.config.baseDir)) {
    const events: Event[] = []
    try {
      for await (const event of file.flaw === null ? reader.read(file.path) : []) {
        if (pass.stop.aborted) return { flaw: 'it was stopped', notes }
        if (isOf(event, id)) events.push(event as Event)
      }
    } catch (error) {
      if (!(error instanceof SlipError) || error.code !== 'SOURCE_FILE_UNREADABLE') throw error
      notes.push(error.message)
    }
    const unfit = events.length === 0 ? [] : await reader.load(events, file)
    notes.push(...unfit.map(({ message }) => `${file.path}: ${message}`))
    found += events.length
    pass.tally.of(source).count('seen', events.length)
    pass.tally.of(source).count('bad', unfit.length)
  }
  if (found === 0) throw new SlipError('NOT_FOUND', `no file of source ${source} has a record ${id}`)
  return { flaw: notes.length > 0 ? 'not all of it can be used' : null, notes }
}

/** Whether an event of a file speaks of this record. */
function isOf(event: { readonly kind: string }, id: string): boolean {
  const { kind, record, recordId } = event as { kind: string; record?: { id: string }; recordId?: string | null }
  return kind !== 'bad' && (record?.id ?? recordId) === id
}

function flawOf(pass: Pass, source: string, reads: readonly FileRead[]): string | null {
  const broken = reads.find(({ ending }) => ending !== 'whole')
  if (broken?.ending === 'stopped') return `${broken.file} was not read to its end`
  if (broken !== undefined) return `${broken.file} was read no further than it could be`
  return flawOfBad(pass, source, 'records or lines')
}
