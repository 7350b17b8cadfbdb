import { ask } from '../../services/ask.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import { fewSearchServers, releases } from '../../services/opensearch/releases.ts'
import { slipIndexRules } from './slip-index-rules.ts'

for (const server of fewSearchServers) {
  let indices: TestIndices
  slipIndexRules(server, {
    async open() {
      indices = await testIndices(server)
      const engine = releases[server].product.toLowerCase()
      return { engine, urls: [indices.url], index: indices.prefix }
    },
    async lose(shard) {
      const { json } = await ask(indices.url, `GET /${indices.prefix}_${shard}`)
      for (const name of Object.keys(json)) await ask(indices.url, `DELETE /${name}`)
    },
    close: async () => indices?.drop(),
  })
}
