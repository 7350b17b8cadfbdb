import { afterAll } from 'vitest'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { whatIsCreated } from '../../../src/shards/schema/created.ts'
import { schemaDescription } from '../../../src/shards/schema/description.ts'
import { updateChain } from '../../../src/shards/schema/solr-config.ts'
import { layConfigset } from '../../services/solr/configset.ts'
import { testSolr } from '../../services/solr/own-things.ts'
import { document } from './documents.ts'
import { engineConformance } from './engine-conformance.ts'
import { shards } from './subject.ts'

for (const server of ['solr', 'solrcloud'] as const) {
  const solr = await testSolr(server)
  const target = solr.prefix
  // what an administrator does on servers that stand alone; a SolrCloud is given it by the engine
  if (server === 'solr')
    await layConfigset(solr, updateChain(schemaDescription, target), whatIsCreated('solr', target, 300_000))
  afterAll(() => solr.drop())

  engineConformance(server, {
    async open() {
      const engine = openEngine('solr', {
        urls: [solr.url],
        target,
        index: target,
        shards: Object.keys(shards).length,
        replicas: 1,
        compress: false,
        timeout: 60_000,
      })
      return { engine, close: () => engine.close() }
    },
    // a term ends at 32,766 bytes
    refused: (id, fence) => document({ id, fence, publishDate: 'x'.repeat(32_767) }),
    differences: ['phrases across pages', 'voiced kana', 'Korean particles', 'iota subscript'],
  })
}
