import { expect } from 'vitest'
import { ask } from '../../services/ask.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import { releases, searchServers } from '../../services/opensearch/releases.ts'
import { snapshotRules } from './snapshot-rules.ts'

for (const server of searchServers) {
  let indices: TestIndices
  snapshotRules(server, {
    async open() {
      indices = await testIndices(server)
      // as an administrator does, below path.repo
      const repository = { type: 'fs', settings: { location: indices.prefix } }
      const { status, json } = await ask(indices.url, `PUT /_snapshot/${indices.prefix}`, repository)
      expect([status, json.error]).toEqual([200, undefined])
      const engine = releases[server].product.toLowerCase()
      return { engine, urls: [indices.url], index: indices.prefix, snapshots: indices.prefix }
    },
    async lose(shard) {
      const { json } = await ask(indices.url, `GET /${indices.prefix}_${shard}`)
      for (const name of Object.keys(json)) await ask(indices.url, `DELETE /${name}`)
    },
    taken: /already exists/,
    unknown: /snapshot_missing_exception/,
    async close() {
      await ask(indices.url, `DELETE /_snapshot/${indices.prefix}`)
      await indices.drop()
    },
  })
}
