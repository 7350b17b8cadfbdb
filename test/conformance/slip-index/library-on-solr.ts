import { expect } from 'vitest'
import { type Library, openLibrary } from '../../daemon/library.ts'
import { runOnce } from '../../daemon/processes.ts'
import type { SolrInstance } from '../../services/solr/instance.ts'
import { layConfigsetOf } from '../../shards/solr/solr-engine.ts'

/** The first day of the sample library, indexed into a Solr of its own. */
export async function libraryOnSolr(solr: SolrInstance): Promise<Library> {
  await layConfigsetOf(solr, 'main')
  const main = { engine: 'solr', urls: [solr.url], shards: 2, lease: '1m', overlap: '200s' }
  const library = await openLibrary({ config: { targets: { main } } })
  library.lay('day-1')
  for (const stage of ['rights', 'enqueue', 'index'] as const)
    expect([stage, (await runOnce(stage, library.configFile)).code]).toEqual([stage, 0])
  return library
}
