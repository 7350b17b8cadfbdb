import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { document } from '../../conformance/engine/documents.ts'
import { privateSolr, type SolrInstance } from '../../services/solr/instance.ts'
import { testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf, solrEngine } from './solr-engine.ts'

const target = 'packed'
let solr: SolrInstance
beforeAll(async () => {
  solr = await privateSolr({ heapMb: 256, inflates: false })
  await layConfigsetOf(solr, target)
}, 240_000)
afterAll(() => solr?.close())

/** Closed after the test. */
function open(compress: boolean) {
  const engine = solrEngine(solr.url, target, { compress })
  onTestFinished(() => engine.close())
  return engine
}
const large = (id: string) => document({ id, fence: 10, allfields: 'word '.repeat(2_000) })

test('a server that does not read what is compressed is told when the index is made and at each post, and blames no document', async () => {
  await open(false).create(1)
  const words = expect.stringContaining('does not read compressed requests: compress of the target must be false')
  await expect(open(true).create(1)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: words })
  const engine = open(true)
  for (const documents of [[large('c.1')], [large('c.1'), large('c.2'), document({ id: 'c.3', fence: 10 })]])
    expect(await engine.post(1, documents)).toEqual(documents.map(() => ({ kind: 'unavailable', message: words })))
  expect(await open(false).get(1, ['c.1', 'c.2', 'c.3'])).toEqual([])
})

test('a document is refused for what it is where a server reads what is compressed', async () => {
  const other = await testSolr('solr')
  onTestFinished(() => other.drop())
  await layConfigsetOf(other, other.prefix)
  const engine = solrEngine(other.url, other.prefix, { compress: true })
  onTestFinished(() => engine.close())
  await engine.create(1)
  const { json, ...rest } = large('c.4')
  const wrong = { ...rest, json: Buffer.from(json.toString().replace('"rights":1', '"rights":"one"')) }
  expect(await engine.post(1, [large('c.5'), wrong])).toMatchObject([{ kind: 'done' }, { kind: 'rejected' }])
  expect(await engine.post(1, [wrong])).toMatchObject([{ kind: 'rejected' }])
})
