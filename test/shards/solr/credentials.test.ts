import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { SolrOptions } from '../../../src/shards/solr/options.ts'
import { document } from '../../conformance/engine/documents.ts'
import { privateSolr, type SolrInstance } from '../../services/solr/instance.ts'
import { layConfigsetOf, solrEngine } from './solr-engine.ts'

const user = { name: 'slip', password: 'p/ß:geheim' }
let solr: SolrInstance
/** Without user and password. */
let bare: string
beforeAll(async () => {
  solr = await privateSolr({ heapMb: 256, icu: false, tls: true, user })
  bare = Object.assign(new URL(solr.url), { username: '', password: '' }).href
}, 240_000)
afterAll(() => solr?.close())

/** Closed after the test. */
function open(url: string, options: Partial<SolrOptions>) {
  const engine = solrEngine(url, 'main', options)
  onTestFinished(() => engine.close())
  return engine
}
const ca = () => ({ ca: solr.ca as string })

test('user and password are taken from the settings, or from the URL', async () => {
  await open(bare, { ...ca(), user: user.name, password: user.password }).health()
  await open(solr.url, ca()).health()
})

test('a wrong password is told without it, and blames no document', async () => {
  const engine = open(bare, { ...ca(), user: user.name, password: 'geheimer' })
  const message = `${bare}/admin/info/health: answered 401: the credentials are not accepted`
  await expect(engine.health()).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message,
    place: { target: 'main' },
  })
  const [outcome] = await engine.post(1, [document({ id: 'a.1', fence: 10 })])
  expect(outcome).toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(/^target main, shard 1, .* 401/),
  })
  expect(JSON.stringify(outcome)).not.toContain('geheim')
  const inUrl = open(solr.url.replace('geheim', 'geheimer'), ca())
  const told = await inUrl.health().catch((error: Error) => `${error.message} ${JSON.stringify(error)}`)
  expect(told).toContain('401')
  expect(told).not.toMatch(/geheim/)
})

test('a certificate of an authority that is not named is refused', async () => {
  await expect(open(solr.url, {}).health()).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringContaining('self-signed certificate'),
  })
})

test('a Solr without its module for ICU cannot make the index, and the module is named', async () => {
  await layConfigsetOf(solr, 'main')
  await expect(open(solr.url, ca()).create(1)).rejects.toMatchObject({
    code: 'ENGINE_INDEX_UNFIT',
    message: expect.stringMatching(/Solr needs its module analysis-extras: SOLR_MODULES=analysis-extras$/),
  })
  // the core is there, and not loaded: as after a start without the module
  expect(await open(solr.url, ca()).checkSchema(1)).toEqual({
    place: 'shard 1 of main',
    differences: [
      {
        what: 'core',
        is: expect.stringMatching(/main_1.*; Solr needs its module analysis-extras: SOLR_MODULES=analysis-extras$/),
        shouldBe: 'loaded',
        needs: 'reload',
      },
    ],
  })
})
