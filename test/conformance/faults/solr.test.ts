import { afterAll } from 'vitest'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { type TestSolr, testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf, solrEngine } from '../../shards/solr/solr-engine.ts'
import { faultRules } from './fault-rules.ts'

for (const server of ['solr', 'solrcloud'] as const) {
  let solr: TestSolr | undefined
  afterAll(() => solr?.drop())

  faultRules(server, async () => {
    solr = await testSolr(server)
    const { url, prefix } = solr
    if (server === 'solr') await layConfigsetOf(solr, prefix)
    return {
      url,
      target: prefix,
      open: (at, options) => solrEngine(at, prefix, { shards: 1, ...options }),
      openOther: (at) => {
        const target = { kind: 'opensearch', target: prefix, index: prefix } as const
        return openEngine('opensearch', { ...target, urls: [at], compress: false, timeout: 10_000 })
      },
      otherCode: 'ENGINE_UNAVAILABLE',
      version: { told: /"solr-spec-version":"9[^"]*"/, old: '"solr-spec-version":"8.11.4"', words: /is Solr 8\.11\.4/ },
      isWrite: ({ path }) => path.includes('/update?'),
      isReadBack: ({ path }) => path.includes('/get'),
      isCommit: ({ path }) => path.includes('/update?commit=true'),
    }
  })
}
