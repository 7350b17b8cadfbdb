import { afterAll, beforeAll, describe } from 'vitest'
import { testIndices } from '../../services/opensearch/indices.ts'
import { searchServers } from '../../services/opensearch/releases.ts'
import { openSearch, refusedDocument } from '../../shards/opensearch/open.ts'
import { engineConformance } from './engine-conformance.ts'
import { luceneAnswers } from './other-answers.ts'

describe.each(searchServers)('%s', (server) => {
  let indices: Awaited<ReturnType<typeof testIndices>>
  beforeAll(async () => {
    indices = await testIndices(server)
  }, 240_000)
  afterAll(() => indices?.drop())

  engineConformance(server, {
    async open() {
      const engine = openSearch(server, { urls: [indices.url], index: indices.prefix })
      return { engine, close: () => engine.close() }
    },
    refused: refusedDocument,
    differences: ['phrases across pages', 'voiced kana', 'Korean particles', 'iota subscript', 'free disk'],
    otherwise: luceneAnswers,
  })
})
