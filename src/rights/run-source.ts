import type { Config } from '../config/load.ts'
import type { Breakers } from '../daemon/breakers.ts'
import { SlipError } from '../errors/slip-error.ts'
import { listFiles } from '../sources/file-set.ts'
import { filesInError } from '../state/audit/source-errors.ts'
import { writeWatermark } from '../state/control/watermark.ts'
import type { Catalogue } from './catalogues.ts'
import type { Pass } from './context.ts'
import type { FileReader } from './file-reading.ts'
import { followMemberships } from './follow-memberships.ts'
import { followRepository, type RepositorySource } from './follow-repository.ts'
import { loadCatalogue } from './load-catalogue.ts'
import { ingestReader } from './load-ingested.ts'
import { recordReader } from './load-records.ts'
import { hathifileReader } from './load-rights.ts'
import type { FollowedSource } from './memberships.ts'
import { flawOfBad, nothingWrong, type Ran } from './ran.ts'
import { namedItemsOf, rereadBrokenRecords, rereadNamedRecord } from './reread-catalogue.ts'
import { followRightsDb, type RightsDbSource, rereadRightsRows } from './rights-db.ts'
import { handFiles, rereadRecord, runFiles } from './run-files.ts'
import { carryAll, readOne } from './sources.ts'
import { changesName, compareName, feedName, fullName, unread } from './watermark-names.ts'
import { type Missing, type WithdrawOptions, withdrawMissing } from './withdraw-missing.ts'

/**
 * What of a source a person has read: `new`: what was not read yet; `broken`: what has unresolved errors; `all`: all of
 * it, whether it was read or not; one record; files that are none of its own.
 */
export type Task =
  | { readonly kind: 'new' | 'broken' | 'all' }
  | { readonly kind: 'record'; readonly id: string }
  | { readonly kind: 'files'; readonly paths: readonly string[] }

type Source = Config['sources'][string]

/** Reads it, then carries over what follows. Throws what the source throws when it is away, USAGE, NOT_FOUND. */
export async function runSource(pass: Pass, breakers: Breakers, name: string, task: Task): Promise<Ran> {
  let ran = nothingWrong
  await readOne(pass, breakers, name, async () => {
    ran = await read(pass, name, task)
  })
  return ran
}

/** Reads all of a catalogue, and withdraws the items that vanished from it. Throws what withdrawMissing throws, too. */
export async function runCensus(
  pass: Pass,
  breakers: Breakers,
  name: string,
  options: Pick<WithdrawOptions, 'yes' | 'dryRun'>,
): Promise<Missing> {
  const source = sourceOf(pass, name)
  if (source.kind !== 'records' && source.kind !== 'vufind-solr')
    throw new SlipError('USAGE', `--withdraw-missing is for catalogues; source ${name} is of kind ${source.kind}`)
  const catalogue = pass.catalogues.get(name)
  // a reading that was broken off has not told what it saw before
  if (catalogue !== undefined) await pass.db.transaction((tx) => writeWatermark(tx, 'rights', fullName(name), 'none'))
  const named = catalogue && ((htids: readonly string[]) => namedItemsOf(catalogue, htids, pass.stop))
  return withdrawMissing(
    pass,
    name,
    { ...options, ...(named && { named }) },
    async (counted) => (await runSource(counted, breakers, name, { kind: 'all' })).flaw,
    () => carryAll(pass, breakers),
  )
}

function sourceOf({ config }: Pass, name: string): Source {
  const source = config.sources[name]
  if (source !== undefined) return source
  const known = Object.keys(config.sources).join(', ')
  throw new SlipError('USAGE', `there is no source ${name} in ${config.file}; configured: ${known}`)
}

async function read(pass: Pass, name: string, task: Task): Promise<Ran> {
  const source = sourceOf(pass, name)
  switch (source.kind) {
    case 'records':
      return readFromFiles(pass, name, source.files, recordReader(pass, name), task)
    case 'hathifiles':
      return readFromFiles(pass, name, source.files, hathifileReader(pass, name), task)
    case 'vufind-solr':
      return readCatalogue(pass, name, pass.catalogues.get(name) as Catalogue, task)
    case 'rights-db':
      return readRightsDb(pass, name, source, task)
    case 'holdings':
    case 'collections':
      return readMemberships(pass, name, task)
    case 'repository':
      return readRepository(pass, name, source, task)
  }
}

/** What a source of this kind does not have. */
function cannot(name: string, { kind }: Source, task: Task): SlipError {
  const what = { files: 'files', record: 'records', broken: 'errors', new: 'feed', all: 'feed' }[task.kind]
  return new SlipError('USAGE', `source ${name} is of kind ${kind}, which has no ${what} of its own`)
}

async function readFromFiles<Event extends { readonly kind: string }>(
  pass: Pass,
  name: string,
  patterns: readonly string[],
  reader: FileReader<Event>,
  task: Task,
): Promise<Ran> {
  if (task.kind === 'files') return handFiles(pass, name, task.paths, reader)
  if (task.kind === 'record') return rereadRecord(pass, name, patterns, reader, task.id)
  return runFiles(pass, name, patterns, reader, task.kind)
}

/** Its ingest lists as files of any source, then what they do not tell. */
async function readRepository(pass: Pass, name: string, source: RepositorySource, task: Task): Promise<Ran> {
  const { ingested = [] } = source
  if (task.kind === 'record') throw cannot(name, source, task)
  if (task.kind === 'files') return handFiles(pass, name, task.paths, ingestReader(pass, name))
  const isEmpty = (await listFiles(ingested, pass.config.baseDir)).length === 0
  const isWithout = isEmpty && task.kind === 'all'
  const ran = isWithout ? nothingWrong : await runFiles(pass, name, ingested, ingestReader(pass, name), task.kind)
  if (task.kind !== 'broken') await followRepository(pass, name, { ...source, ingested: undefined }, true)
  return ran
}

async function readCatalogue(pass: Pass, name: string, catalogue: Catalogue, task: Task): Promise<Ran> {
  if (task.kind === 'files') throw cannot(name, sourceOf(pass, name), task)
  if (task.kind === 'record') return rereadNamedRecord(pass, name, catalogue, task.id)
  if (task.kind === 'broken') return rereadBrokenRecords(pass, name, catalogue)
  const isWhole = await loadCatalogue(pass, name, catalogue)
  const flaw = flawOfBad(pass, name, 'records or parts of them')
  if (flaw !== null) return { flaw, notes: [] }
  return isWhole ? nothingWrong : { flaw: 'its reading was ended before its end', notes: [] }
}

async function readRightsDb(pass: Pass, name: string, source: RightsDbSource, task: Task): Promise<Ran> {
  if (task.kind === 'files' || task.kind === 'record') throw cannot(name, source, task)
  if (task.kind === 'broken') {
    const left = await rereadRightsRows(pass, name, source)
    return left === 0 ? nothingWrong : { flaw: `${left} rows still cannot be used`, notes: [] }
  }
  if (task.kind === 'all') await pass.db.transaction((tx) => writeWatermark(tx, 'rights', feedName(name), unread))
  await followRightsDb(pass, name, source)
  const { bad } = pass.tally.of(name).counts
  return bad === 0 ? nothingWrong : { flaw: `${bad} rows cannot be used`, notes: [] }
}

/**
 * All: what it says of each item is compared, though it was a short while ago. Broken: its table of changes is read whole,
 * for a row that was corrected, or removed, bears no new version.
 */
async function readMemberships(pass: Pass, name: string, task: Task): Promise<Ran> {
  if (task.kind === 'files' || task.kind === 'record') throw cannot(name, sourceOf(pass, name), task)
  if (task.kind === 'broken' && (await filesInError(pass.db, name)).size === 0) return nothingWrong
  const again = { all: compareName(name), broken: changesName(name), new: null }[task.kind]
  if (again !== null) await pass.db.transaction((tx) => writeWatermark(tx, 'rights', again, unread))
  pass.memberships.begin(() => false)
  await followMemberships(pass, pass.memberships.byName.get(name) as FollowedSource)
  const { bad } = pass.tally.of(name).counts
  return bad === 0 ? nothingWrong : { flaw: `${bad} rows cannot be used`, notes: [] }
}
