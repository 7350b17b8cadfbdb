import { type Library, openLibrary } from '../../daemon/library.ts'
import { testIndices } from '../../services/opensearch/indices.ts'
import { testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf } from '../../shards/solr/solr-engine.ts'

export interface BothEngines {
  readonly library: Library
  close(): Promise<void>
}

/**
 * A library with the targets `main` in a Solr and `second` in an OpenSearch.
 * @param through the URL at which slip-index reaches the OpenSearch
 */
export async function openBothEngines(
  config: Readonly<Record<string, unknown>> = {},
  through: (url: string) => Promise<string> = async (url) => url,
): Promise<BothEngines> {
  const solr = await testSolr('solr')
  const indices = await testIndices('opensearch2')
  await layConfigsetOf(solr, 'main')
  const any = { shards: 2, lease: '1m', overlap: '200s' }
  const targets = {
    main: { engine: 'solr', urls: [solr.url], index: solr.prefix, ...any },
    second: { engine: 'opensearch', urls: [await through(indices.url)], index: indices.prefix, ...any },
  }
  const library = await openLibrary({ config: { ...config, targets } })
  return {
    library,
    close: async () => {
      await library.close()
      await solr.drop()
      await indices.drop()
    },
  }
}
