import type { Config } from '../config/load.ts'
import { compareFiles } from './compare-files.ts'
import type { Pass } from './context.ts'
import { ingestReader } from './load-ingested.ts'
import { loadRepository } from './load-repository.ts'
import { readFiles } from './read-files.ts'

export type RepositorySource = Extract<Config['sources'][string], { kind: 'repository' }>

/**
 * Reads what changed in the repository: the ingest lists first, then items that no source has named, then what was replaced
 * without a word.
 *
 * @param walk whether the time has come to look for items that no source has named
 */
export async function followRepository(
  pass: Pass,
  source: string,
  { items, ingested, compare }: RepositorySource,
  walk: boolean,
): Promise<void> {
  if (ingested !== undefined) await readFiles(pass, source, ingested, ingestReader(pass, source))
  if (walk && items === 'all') await loadRepository(pass, source)
  await compareFiles(pass, source, compare)
}
