import { afterAll } from 'vitest'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import { releases, searchServers } from '../../services/opensearch/releases.ts'
import { openSearch } from '../../shards/opensearch/open.ts'
import { solrEngine } from '../../shards/solr/solr-engine.ts'
import { faultRules } from './fault-rules.ts'

for (const server of searchServers) {
  let indices: TestIndices | undefined
  afterAll(() => indices?.drop())

  faultRules(server, async () => {
    indices = await testIndices(server)
    const { url, prefix } = indices
    const { product } = releases[server]
    const old = product === 'OpenSearch' ? '1.3.20' : '7.17.29'
    return {
      url,
      target: 'main',
      open: (at, options) => openSearch(server, { urls: [at], index: prefix, ...options }),
      openOther: (at) => solrEngine(at, 'main'),
      otherCode: 'ENGINE_KIND_DIFFERS',
      version: {
        told: /"number"\s*:\s*"[^"]*"/,
        old: `"number" : "${old}"`,
        words: new RegExp(`is ${product.toLowerCase()} ${old}`),
      },
      isWrite: ({ path }) => path.includes('/_bulk'),
      isReadBack: ({ path }) => path.includes('/_mget'),
      isCommit: ({ path }) => path.endsWith('/_refresh'),
    }
  })
}
