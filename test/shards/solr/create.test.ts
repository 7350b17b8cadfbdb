import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { SolrOptions } from '../../../src/shards/solr/options.ts'
import { document } from '../../conformance/engine/documents.ts'
import { done, systemOf } from '../../services/solr/admin.ts'
import { layConfigset } from '../../services/solr/configset.ts'
import { type TestSolr, testSolr } from '../../services/solr/own-things.ts'
import { configsetOf, layConfigsetOf, solrEngine } from './solr-engine.ts'

/** Closed after the test. */
function engineOf(url: string, target: string, options: Partial<SolrOptions> = {}) {
  const engine = solrEngine(url, target, options)
  onTestFinished(() => engine.close())
  return engine
}
const posted = [document({ id: 'a.1', fence: 10 })]

describe('cores of servers that stand alone', () => {
  let solr: TestSolr
  /** A name that begins as this file's do. */
  const named = (name: string) => `${solr.prefix}${name}`
  beforeAll(async () => {
    solr = await testSolr('solr')
  })
  afterAll(() => solr.drop())

  test('without the configset a code says what to do, and when that is done they are made', async () => {
    const engine = engineOf(solr.url, named('a'))
    await expect(engine.create(2)).rejects.toMatchObject({
      code: 'ENGINE_CONFIGSET_MISSING',
      message: `${solr.url} has no configset ${configsetOf(named('a'))} in ${(await systemOf(solr)).configsets}`,
    })
    await layConfigsetOf(solr, named('a'))
    await engine.create(2)
    expect(await engine.post(2, posted)).toEqual([{ kind: 'done' }])
  })

  test('processes that make the same index at once all succeed, and shards can be added later', async () => {
    await layConfigsetOf(solr, named('b'))
    const engines = [1, 2, 3].map(() => engineOf(solr.url, named('b')))
    await Promise.all(engines.map((engine) => engine.create(2)))
    await engines[0]?.post(1, posted)
    await engines[1]?.create(3)
    expect((await engines[2]?.get(1, ['a.1']))?.length).toBe(1)
    expect(await engines[2]?.get(3, ['a.1'])).toEqual([])
  })

  test('that were made for another target are refused, here and by every document', async () => {
    await layConfigsetOf(solr, named('c'))
    await engineOf(solr.url, named('c')).create(1)
    const other = engineOf(solr.url, named('d'), { index: named('c') })
    await expect(other.create(1)).rejects.toMatchObject({
      code: 'ENGINE_INDEX_UNFIT',
      message: expect.stringMatching(`${named('c')}_1/update: .*: it was made for another target or schema$`),
    })
    expect(await other.post(1, posted)).toEqual([
      { kind: 'unavailable', message: expect.stringMatching(/; the core is of another target or schema$/) },
    ])
    expect(await other.remove(1, [{ id: 'a.1', fence: 11, rev: 1 }])).toMatchObject([{ kind: 'unavailable' }])
    await expect(other.mark(1, null, 1)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    expect(await other.get(1, ['a.1'])).toEqual([])
  })

  test('that Solr cannot make of the configset are told in its words', async () => {
    await layConfigset(solr, configsetOf(named('e')), { 'schema.xml': '<schema/>', 'solrconfig.xml': '<config/>' })
    await expect(engineOf(solr.url, named('e')).create(1)).rejects.toMatchObject({
      code: 'ENGINE_INDEX_UNFIT',
      message: expect.stringContaining(`Error CREATEing SolrCore '${named('e')}_1'`),
    })
  })

  test('that are missing are told, by reads and writes alike, with target, shard and server', async () => {
    const engine = engineOf(solr.url, named('f'))
    const message = `${solr.url}: there is no core ${named('f')}_2; slipctl targets apply makes it`
    await expect(engine.count(2)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message,
      place: { target: named('f'), shard: 2 },
    })
    expect(await engine.post(2, posted)).toEqual([
      { kind: 'unavailable', message: `target ${named('f')}, shard 2, ${message}` },
    ])
  })

  test('that do not load any more are told in the words of Solr', async () => {
    await layConfigsetOf(solr, named('g'))
    const engine = engineOf(solr.url, named('g'))
    await engine.create(1)
    await layConfigset(solr, configsetOf(named('g')), { 'schema.xml': '<schema/>' })
    await done(solr, `GET /admin/cores?action=UNLOAD&core=${named('g')}_1`)
    const broken = `GET /admin/cores?action=CREATE&name=${named('g')}_1&configSet=${configsetOf(named('g'))}`
    await expect(done(solr, broken)).rejects.toThrow('Error CREATEing')
    await expect(engine.count(1)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('is not available due to init failure: '),
    })
    await expect(engineOf(solr.url, named('g')).count(1)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining(`core ${named('g')}_1 does not load: `),
    })
  })

  test('are not looked for on what is no Solr', async () => {
    const wrongPath = solr.url.replace(/solr$/, 'sorl')
    await expect(engineOf(wrongPath, named('h')).create(1)).rejects.toMatchObject({
      code: 'ENGINE_KIND_DIFFERS',
      message: expect.stringContaining(`${wrongPath}/admin/info/system: answered 404`),
    })
    await expect(engineOf(wrongPath, named('h')).health()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  })
})

describe('a collection of a SolrCloud', () => {
  let solr: TestSolr
  const named = (name: string) => `${solr.prefix}${name}`
  beforeAll(async () => {
    solr = await testSolr('solrcloud')
  })
  afterAll(() => solr.drop())
  const shardsOf = async (name: string) => {
    const { cluster } = await done(solr, `GET /admin/collections?action=CLUSTERSTATUS&collection=${name}`)
    return Object.keys(cluster.collections[name].shards).sort()
  }

  test('is made by one of several processes, with a configset of its own, and shards can be added later', async () => {
    const engines = [1, 2].map(() => engineOf(solr.url, named('a')))
    await Promise.all(engines.map((engine) => engine.create(2)))
    expect(await shardsOf(named('a'))).toEqual(['shard1', 'shard2'])
    expect(await engines[0]?.post(2, posted)).toEqual([{ kind: 'done' }])
    await engines[0]?.create(3)
    expect(await shardsOf(named('a'))).toEqual(['shard1', 'shard2', 'shard3'])
    expect(await engines[1]?.post(3, posted)).toEqual([{ kind: 'done' }])
    expect((await engines[1]?.get(2, ['a.1']))?.length).toBe(1)
    expect(await engines[1]?.get(1, ['a.1'])).toEqual([])
  })

  test('that was divided by ids, or made for another target, is refused', async () => {
    await engineOf(solr.url, named('c')).create(1)
    await expect(engineOf(solr.url, named('d'), { index: named('c') }).create(1)).rejects.toMatchObject({
      code: 'ENGINE_INDEX_UNFIT',
      message: `${solr.url}: collection ${named('c')} is made of configset ${configsetOf(named('c'))}; it must be of ${configsetOf(named('d'))}, with router implicit`,
    })
    const byIds = `name=${named('e')}&numShards=1&collection.configName=${configsetOf(named('c'))}`
    await done(solr, `GET /admin/collections?action=CREATE&${byIds}`)
    await expect(engineOf(solr.url, named('c'), { index: named('e') }).create(1)).rejects.toMatchObject({
      code: 'ENGINE_INDEX_UNFIT',
      message: expect.stringContaining('is divided by router compositeId'),
    })
  })

  test('that is read-only takes nothing, and blames nobody', async () => {
    const engine = engineOf(solr.url, named('f'))
    await engine.create(1)
    await engine.post(1, posted)
    await done(solr, `GET /admin/collections?action=MODIFYCOLLECTION&collection=${named('f')}&readOnly=true`)
    const newer = [document({ id: 'a.1', fence: 11 }), document({ id: 'a.2', fence: 11 })]
    const message = expect.stringMatching(`^target ${named('f')}, shard 1, http.*read-only`)
    expect(await engine.post(1, newer)).toEqual([
      { kind: 'unavailable', message },
      { kind: 'unavailable', message },
    ])
    expect((await engine.get(1, ['a.1', 'a.2'])).map(({ fence }) => fence)).toEqual([10])
  })

  test('that is missing, or a shard of it, is told', async () => {
    const engine = engineOf(solr.url, named('g'))
    await expect(engine.count(1)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: `${solr.url}: there is no collection ${named('g')}; slipctl targets apply makes it`,
    })
    await engine.create(1)
    await expect(engine.count(2)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: `${solr.url}: collection ${named('g')} has no shard2; slipctl targets apply makes it`,
    })
  })
})
