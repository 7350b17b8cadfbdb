import { afterAll } from 'vitest'
import { testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf, solrEngine } from '../../shards/solr/solr-engine.ts'
import { document } from './documents.ts'
import { engineConformance } from './engine-conformance.ts'
import { luceneAnswers } from './other-answers.ts'
import { shards } from './subject.ts'

for (const server of ['solr', 'solrcloud'] as const) {
  const solr = await testSolr(server)
  // what an administrator does on servers that stand alone; a SolrCloud is given it by the engine
  if (server === 'solr') await layConfigsetOf(solr, solr.prefix)
  afterAll(() => solr.drop())

  engineConformance(server, {
    async open() {
      const engine = solrEngine(solr.url, solr.prefix, { shards: Object.keys(shards).length })
      return { engine, close: () => engine.close() }
    },
    // a term ends at 32,766 bytes
    refused: (id, fence) => document({ id, fence, publishDate: 'x'.repeat(32_767) }),
    differences: ['phrases across pages', 'voiced kana', 'Korean particles', 'iota subscript', 'free disk'],
    otherwise: luceneAnswers,
  })
}
