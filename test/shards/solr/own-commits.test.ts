import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { document } from '../../conformance/engine/documents.ts'
import { privateSolr, type SolrInstance } from '../../services/solr/instance.ts'
import { layConfigsetOf, solrEngine } from './solr-engine.ts'

let solr: SolrInstance
beforeAll(async () => {
  solr = await privateSolr({ heapMb: 256, autoSoftCommitMs: 100 })
}, 240_000)
afterAll(() => solr?.close())

test('a Solr whose property says so makes visible what was written, though nobody commits', async () => {
  const engine = solrEngine(solr.url, 'own', { shards: 1 })
  onTestFinished(() => engine.close())
  await layConfigsetOf(solr, 'own')
  await engine.create(1)
  expect(await engine.post(1, [document({ id: 'own.1', fence: 10 })])).toEqual([{ kind: 'done' }])
  while ((await engine.count(1)) === 0);
  expect((await engine.checkSchema(1)).differences).toEqual([])
})
