import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { Holding, page } from '../../chaos/http-faults.ts'
import { HttpProxy } from '../../chaos/http-proxy.ts'
import { document } from '../../conformance/engine/documents.ts'
import { done } from '../../services/solr/admin.ts'
import { layConfigset } from '../../services/solr/configset.ts'
import { privateSolr, type SolrInstance } from '../../services/solr/instance.ts'
import { configsetOf, isSolrWrite, layConfigsetOf, solrEngine } from './solr-engine.ts'

const target = 'spread'
const start = () => privateSolr({ heapMb: 256 })
let first: SolrInstance
let second: SolrInstance
beforeAll(async () => {
  ;[first, second] = await Promise.all([start(), start()])
  for (const solr of [first, second]) await layConfigsetOf(solr, target)
}, 240_000)
afterAll(() => Promise.all([first?.close(), second?.close()]))

/** Closed after the test. */
function open() {
  const engine = solrEngine(first.url, target, { urls: [first.url, second.url], shards: 3 })
  onTestFinished(() => engine.close())
  return engine
}
const coresOf = async (solr: SolrInstance) =>
  Object.keys((await done(solr, 'GET /admin/cores?action=STATUS&indexInfo=false')).status).sort()
const post = (shard: number, id: string, fence = 10) => open().post(shard, [document({ id, fence })])

test('cores are spread over the servers by their number, and found wherever they are', async () => {
  await open().create(3)
  expect([await coresOf(first), await coresOf(second)]).toEqual([['spread_1', 'spread_3'], ['spread_2']])
  for (const shard of [1, 2, 3]) expect(await post(shard, `a.${shard}`)).toEqual([{ kind: 'done' }])
  const engine = open()
  for (const shard of [1, 2, 3]) expect((await engine.get(shard, ['a.1', 'a.2', 'a.3'])).length).toBe(1)
})

test('a server that hangs keeps no core of another from being used, though its own are looked for', async () => {
  const proxies = await HttpProxy.beforeAll([first.url, second.url])
  const [, hanging] = proxies as [HttpProxy, HttpProxy]
  const urls = proxies.map(({ url }) => url)
  const engine = solrEngine(first.url, target, { urls, shards: 3 })
  onTestFinished(async () => {
    await engine.close()
    await Promise.all(proxies.map((proxy) => proxy.close()))
  })
  for (const shard of [1, 2, 3]) expect((await engine.get(shard, [`a.${shard}`])).length).toBe(1)
  const refusal = hanging.strike(isSolrWrite, page(503))
  expect(await engine.post(2, [document({ id: 'a.2', fence: 11 })])).toMatchObject([{ kind: 'unavailable' }])
  refusal.end()
  const holding = new Holding()
  const strike = hanging.strike(() => true, holding.meddling)
  const waiting = engine.count(2)
  await strike.struck
  for (const shard of [1, 3])
    expect(await engine.post(shard, [document({ id: `a.${shard}`, fence: 11 })])).toEqual([{ kind: 'done' }])
  hanging.heal()
  await holding.release()
  expect(await waiting).toBeTypeOf('number')
  expect(await engine.post(2, [document({ id: 'a.2', fence: 11 })])).toEqual([{ kind: 'done' }])
})

test('where one of two servers hangs the other says that the engine answers', async () => {
  const proxies = await HttpProxy.beforeAll([first.url, second.url])
  const engine = solrEngine(first.url, target, { urls: proxies.map(({ url }) => url), timeout: 1_000 })
  onTestFinished(async () => {
    await engine.close()
    await Promise.all(proxies.map((proxy) => proxy.close()))
  })
  const holding = new Holding()
  const hanging = proxies[0]!.strike(() => true, holding.meddling)
  for (let turn = 0; turn < 4; turn++) await engine.health()
  expect(hanging.count).toBe(1)
  await holding.release()
})

test('a server that is away keeps no core of another from being used, and no core is made in its place', async () => {
  const engine = open()
  expect((await engine.get(2, ['a.2'])).length).toBe(1)
  await second.kill()
  expect(await engine.post(1, [document({ id: 'b.1', fence: 10 })])).toEqual([{ kind: 'done' }])
  expect(await engine.post(2, [document({ id: 'b.2', fence: 10 })])).toEqual([
    { kind: 'unavailable', message: expect.stringMatching(`^target spread, shard 2, ${second.url}/.*ECONNREFUSED`) },
  ])
  await expect(engine.scan(2, '', 10)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', place: { shard: 2 } })
  // who never knew where it was is told which server may have it, and not to make another
  await expect(open().count(2)).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringMatching(`^${second.url}/.*ECONNREFUSED`),
  })
  await engine.health()
  await expect(engine.create(4)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  expect(await coresOf(first)).toEqual(['spread_1', 'spread_3'])
  await second.restart()
  expect(await engine.post(2, [document({ id: 'b.2', fence: 10 })])).toEqual([{ kind: 'done' }])
})

test('what was reported done is there after kill -9, and the fence of what was removed', async () => {
  await post(2, 'c.kept')
  await post(2, 'c.removed')
  await open().remove(2, [{ id: 'c.removed', fence: 12, rev: 2 }])
  await second.kill()
  await second.restart()
  expect((await open().get(2, ['c.kept', 'c.removed'])).map(({ id }) => id)).toEqual(['c.kept'])
  expect(await post(2, 'c.removed', 11)).toEqual([{ kind: 'stale', fence: 12 }])
})

test('a core that is moved to another server is found there', async () => {
  const engine = open()
  await post(2, 'd.old')
  expect((await engine.get(2, ['d.old'])).length).toBe(1)
  await done(second, 'GET /admin/cores?action=UNLOAD&core=spread_2')
  await done(first, `GET /admin/cores?action=CREATE&name=spread_2&configSet=${configsetOf(target)}`)
  expect(await engine.get(2, ['d.old'])).toEqual([])
  expect(await engine.post(2, [document({ id: 'd.new', fence: 10 })])).toEqual([{ kind: 'done' }])
})

test('beside a core that does not load no empty one is made, on its own server or another', async () => {
  const name = 'broken'
  await layConfigsetOf(first, name)
  await layConfigsetOf(second, name)
  await done(second, `GET /admin/cores?action=CREATE&name=${name}_1&configSet=${configsetOf(name)}`)
  await layConfigset(second, configsetOf(name), { 'schema.xml': '<schema/>' })
  await second.kill()
  await second.restart()
  for (const urls of [
    [first.url, second.url],
    [second.url, first.url],
  ]) {
    const engine = solrEngine(first.url, name, { urls, shards: 1 })
    onTestFinished(() => engine.close())
    await expect(engine.create(1)).rejects.toMatchObject({
      code: 'ENGINE_INDEX_UNFIT',
      message: expect.stringContaining(`${second.url}: core broken_1 is there and does not load: `),
    })
  }
  expect(await coresOf(first)).not.toContain('broken_1')
})

test('a core that two servers have is neither written nor read, and both are named', async () => {
  await done(second, `GET /admin/cores?action=CREATE&name=spread_3&configSet=${configsetOf(target)}`)
  const message = `core spread_3 is on ${first.url} and on ${second.url}: one of them must go`
  await expect(open().count(3)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message })
  expect(await post(3, 'e.1')).toEqual([{ kind: 'unavailable', message: `target spread, shard 3, ${message}` }])
})
