import type { Tell } from '../../services/server.ts'
import type { ChaosEngine, ChaosIndex } from './chaos-index.ts'
import { embeddedIndex } from './embedded.ts'
import { openSearchIndex } from './opensearch.ts'
import { solrCloudIndex, solrIndex } from './solr.ts'

/** Starts the server of an index, new and empty. @param newFolder makes one that it may own */
export function openIndex(engine: ChaosEngine, newFolder: () => string, tell: Tell): Promise<ChaosIndex> {
  switch (engine) {
    case 'embedded':
      return embeddedIndex(newFolder())
    case 'solr':
      return solrIndex(tell)
    case 'solrcloud':
      return solrCloudIndex(tell)
    default:
      return openSearchIndex(engine, tell)
  }
}
