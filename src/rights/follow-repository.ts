import type { Config } from '../config/load.ts'
import type { Pass } from './context.ts'
import { ingestReader } from './load-ingested.ts'
import { loadRepository } from './load-repository.ts'
import { readFiles } from './read-files.ts'

export type RepositorySource = Extract<Config['sources'][string], { kind: 'repository' }>

/**
 * Reads what changed in the repository: the ingest lists first, which are told of what they name.
 *
 * @param walk whether the time has come to look for items that no source has named
 */
export async function followRepository(
  pass: Pass,
  source: string,
  { items, ingested }: RepositorySource,
  walk: boolean,
): Promise<void> {
  if (ingested !== undefined) await readFiles(pass, source, ingested, ingestReader(pass, source))
  if (walk && items === 'all') await loadRepository(pass, source)
}
