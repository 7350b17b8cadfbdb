import type { Config } from '../config/load.ts'
import { carryAll } from '../state/records/carry-all.ts'
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
  const before = newcomersOf(pass, source)
  if (ingested !== undefined) await readFiles(pass, source, ingested, ingestReader(pass, source))
  if (walk && items === 'all') await loadRepository(pass, source)
  // what was not in the repository was left out when the record that names it was carried over
  if (pass.config.repository.scope === 'present' && newcomersOf(pass, source) > before) await carryAll(pass.db)
  await compareFiles(pass, source, compare)
}

/** Items that no source has named. */
function newcomersOf(pass: Pass, source: string): number {
  const { new: made, outOfScope } = pass.tally.of(source).counts
  return made + outOfScope
}
