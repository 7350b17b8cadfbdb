import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Engine, Outcome } from '../../../src/shards/engine.ts'
import { page, reworded } from '../../chaos/http-faults.ts'
import { HttpProxy } from '../../chaos/http-proxy.ts'
import { document } from '../../conformance/engine/documents.ts'
import { ask } from '../../services/ask.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import { searchServers } from '../../services/opensearch/releases.ts'
import { openSearch } from './open.ts'

/** What a server says when it will not, and whose fault that is. */
describe.each(searchServers)('%s', (server) => {
  let indices: TestIndices
  let index: string
  let engine: Engine
  let turn = 0
  beforeAll(async () => {
    indices = await testIndices(server)
  }, 240_000)
  afterAll(() => indices?.drop())
  beforeEach(async () => {
    index = `${indices.prefix}_${turn++}x`
    engine = openSearch(server, { urls: [indices.url], index })
    await engine.create(1)
  })
  afterEach(() => engine?.close())

  const post = (fence = 10) => engine.post(1, [document({ id: 'a.1', fence }), document({ id: 'a.2', fence })])
  const removal = { id: 'a.1', fence: 20, rev: 2 }
  const physical = async () => Object.keys((await ask(indices.url, `GET /${index}_1`)).json)[0] as string
  /** Nothing a document could help, told with target, shard and URL. */
  const away = (outcomes: readonly Outcome[], words: RegExp) => {
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: 'unavailable', message: expect.stringMatching(words) })
      expect(outcome).toHaveProperty(
        'message',
        expect.stringContaining(`target main, shard 1, ${indices.url}/${index}_1/_bulk: answered `),
      )
    }
  }

  test('an alias that is missing is no index to write to, and nothing makes an index of its name', async () => {
    const name = await physical()
    await ask(indices.url, `DELETE /${name}/_alias/${index}_1`)
    away(await post(), /index_not_found_exception.*require_alias/)
    away(await engine.remove(1, [removal]), /index_not_found_exception.*require_alias/)
    await expect(engine.mark(1, null, 7)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    expect((await ask(indices.url, `HEAD /${index}_1`)).status).toBe(404)
    await engine.create(1)
    expect(await post()).toEqual([{ kind: 'done' }, { kind: 'done' }])
  })

  test('an alias of two indices is at fault, not the document', async () => {
    const other = `${index}_other`
    await ask(indices.url, `PUT /${other}`, { aliases: { [`${index}_1`]: {} } })
    away(await post(), /alias/)
    await expect(engine.get(1, ['a.1'])).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('more than one index'),
      place: { target: 'main', shard: 1 },
    })
    await ask(indices.url, `DELETE /${other}`)
    expect(await post()).toEqual([{ kind: 'done' }, { kind: 'done' }])
  })

  test('an index of another schema is not written to by any way, and is told before each attempt until the alias is ours', async () => {
    const [own, older] = [await physical(), `${index}_1_0123456789abcdef`]
    await ask(indices.url, `PUT /${older}`)
    const lead = async (from: string, to: string) => {
      const [remove, add] = [from, to].map((each) => ({ index: each, alias: `${index}_1` }))
      await ask(indices.url, 'POST /_aliases', { actions: [{ remove }, { add }] })
    }
    await lead(own, older)
    const behind = openSearch(server, { urls: [indices.url], index })
    onTestFinished(() => behind.close())
    const words = `${indices.url}: alias ${index}_1 leads to ${older}, which is of another schema; this release writes to ${own}`
    const refused = { kind: 'unavailable', message: `target main, shard 1, ${words}` }
    for (let time = 1; time <= 2; time++) {
      expect(await behind.post(1, [document({ id: 'a.1', fence: 10 })])).toEqual([refused])
      expect(await behind.remove(1, [removal])).toEqual([refused])
      for (const write of [() => behind.mark(1, null, 7), () => behind.purgeTombstones(1, 30)])
        await expect(write()).rejects.toMatchObject({
          code: 'ENGINE_UNAVAILABLE',
          message: words,
          place: { target: 'main', shard: 1 },
        })
    }
    await ask(indices.url, `POST /${older}/_refresh`)
    expect((await ask(indices.url, `GET /${older}/_count`)).json.count).toBe(0)
    await lead(older, own)
    expect(await behind.post(1, [document({ id: 'a.1', fence: 10 })])).toEqual([{ kind: 'done' }])
    // who has written before looks again when a write failed
    await ask(indices.url, `PUT /${own}/_settings`, { 'index.blocks.write': true })
    away(await behind.post(1, [document({ id: 'a.1', fence: 10 })]), /cluster_block_exception/)
    await lead(own, older)
    expect(await behind.post(1, [document({ id: 'a.1', fence: 10 })])).toEqual([refused])
  })

  test('an index that was closed is not the fault of a document, and the same post is done when it is open', async () => {
    const name = await physical()
    await ask(indices.url, `POST /${name}/_close`)
    away(await post(), /index_closed_exception/)
    await ask(indices.url, `POST /${name}/_open?wait_for_active_shards=1`)
    expect(await post()).toEqual([{ kind: 'done' }, { kind: 'done' }])
  })

  test('where it cannot be read why one was refused, its neighbours are done all the same', async () => {
    const proxy = await HttpProxy.before(indices.url)
    const behind = openSearch(server, { urls: [proxy.url], index })
    onTestFinished(async () => {
      await behind.close()
      await proxy.close()
    })
    await engine.post(1, [document({ id: 'a.2', fence: 20 })])
    proxy.strike(({ path }) => path.includes('/_mget'), page(429, { 'retry-after': '7' }))
    const some = ['a.1', 'a.2', 'a.3'].map((id) => document({ id, fence: 10 }))
    const done = { kind: 'done' }
    expect(await behind.post(1, some)).toEqual([
      done,
      { kind: 'unavailable', message: expect.stringContaining('answered 429'), retryAfterMs: 7_000 },
      done,
    ])
    proxy.heal()
    expect(await behind.post(1, some)).toEqual([done, { kind: 'stale', fence: 20 }, done])
  })

  test.each([401, 403, 404, 405, 302, 500, 200])(
    'of two nodes one whose proxy answers with a page of %i is sent one post at most, and none once it was asked',
    async (status) => {
      const proxy = await HttpProxy.before(indices.url)
      const { struck } = proxy.strike(() => true, page(status))
      const [unasked, asked] = [0, 1].map(() => openSearch(server, { urls: [indices.url, proxy.url], index }))
      onTestFinished(async () => {
        for (const each of [unasked, asked]) await each!.close()
        await proxy.close()
      })
      const postTo = async (behind: Engine, fence: number) =>
        (await behind.post(1, [document({ id: 'a.1', fence })]))[0]?.kind
      const kinds: unknown[] = []
      for (let turn = 0; turn < 4; turn++) kinds.push(await postTo(unasked!, 10 + turn))
      expect(kinds.filter((kind) => kind !== 'done')).toEqual(['unavailable'])
      for (let turn = 0; turn < 3; turn++) await asked!.health()
      for (let turn = 0; turn < 4; turn++) expect(await postTo(asked!, 20 + turn)).toBe('done')
      await struck
      expect(proxy.asked.filter(({ path }) => path.includes('/_bulk'))).toHaveLength(1)
    },
  )

  test.each([400, 401, 403, 404, 405, 410, 501])(
    'where a proxy answers %i when it is asked how much the server takes, nothing is known of that',
    async (status) => {
      const proxy = await HttpProxy.before(indices.url)
      const behind = openSearch(server, { urls: [proxy.url], index })
      onTestFinished(async () => {
        await behind.close()
        await proxy.close()
      })
      proxy.strike(({ path }) => path.startsWith('/_nodes'), page(status))
      expect(await behind.longestDocument()).toBeNull()
      proxy.heal()
      proxy.strike(({ path }) => path.startsWith('/_nodes'), page(503))
      await expect(behind.longestDocument()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    },
  )

  test.each([
    ['by a person', 'write', /403: cluster_block_exception/],
    ['as its disk is full', 'read_only_allow_delete', /429: cluster_block_exception/],
  ])(
    'an index that is read-only %s is not the fault of a document nor of its size, and the same post is done later',
    async (_, block, words) => {
      const name = await physical()
      const set = (value: boolean | null) =>
        ask(indices.url, `PUT /${name}/_settings`, { [`index.blocks.${block}`]: value })
      await set(true)
      for (const outcomes of [await post(), await engine.remove(1, [removal])]) {
        away(outcomes, words)
        for (const outcome of outcomes) expect(outcome).not.toHaveProperty('retryAfterMs')
      }
      await set(null)
      expect(await post()).toEqual([{ kind: 'done' }, { kind: 'done' }])
    },
  )

  test('what is read of an index that is gone is no empty shard', async () => {
    await ask(indices.url, `DELETE /${await physical()}`)
    const reads = [
      () => engine.get(1, ['a.1']),
      () => engine.scan(1, '', 1),
      () => engine.count(1),
      () => engine.highestFence(1),
      () => engine.marker(1),
      () => engine.commit(1, 'durable'),
    ]
    for (const read of reads)
      await expect(read()).rejects.toMatchObject({
        code: 'ENGINE_UNAVAILABLE',
        message: expect.stringMatching(
          `^${indices.url}/${index}_1/\\w+: answered (404|200): index_not_found_exception`,
        ),
        place: { target: 'main', shard: 1 },
      })
  })

  test('a line that is no JSON costs its neighbours nothing', async () => {
    const broken = document({ id: 'a.9', fence: 10 })
    const json = Buffer.from(broken.json.toString().replace('{', '{\n'))
    const outcomes = await engine.post(1, [
      document({ id: 'a.1', fence: 10 }),
      { ...broken, json },
      document({ id: 'a.2', fence: 10 }),
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'rejected', 'done'])
    expect((await engine.get(1, ['a.1', 'a.9', 'a.2'])).map(({ id }) => id)).toEqual(['a.1', 'a.2'])
  })

  test('the words of a rejection name the field and the cause', async () => {
    const { json, ...rest } = document({ id: 'a.1', fence: 10 })
    const wrong = Buffer.from(json.toString().replace('"rights":1', '"rights":"one"'))
    const strange = Buffer.from(json.toString().replace('"rights":1', '"unheard_of":1'))
    const [first] = await engine.post(1, [{ ...rest, json: wrong }])
    expect(first).toEqual({ kind: 'rejected', message: expect.stringMatching(/field \[rights\].*"one"/s) })
    const [second] = await engine.post(1, [{ ...rest, json: strange }])
    expect(second).toEqual({ kind: 'rejected', message: expect.stringContaining('unheard_of') })
  })

  test('a search that was broken off is not taken for all there is', async () => {
    const proxy = await HttpProxy.before(indices.url)
    const behind = openSearch(server, { urls: [proxy.url], index })
    onTestFinished(async () => {
      await behind.close()
      await proxy.close()
    })
    await post()
    await engine.remove(1, [removal])
    const strike = proxy.strike(
      ({ path }) => path.includes('/_search'),
      reworded(/"timed_out":false/, '"timed_out":true'),
    )
    const reads = [
      () => behind.scan(1, '', 10),
      () => behind.count(1),
      () => behind.highestFence(1),
      () => behind.purgeTombstones(1, 30),
    ]
    for (const read of reads)
      await expect(read()).rejects.toMatchObject({
        code: 'ENGINE_UNAVAILABLE',
        message: expect.stringMatching(/the search was broken off before it had seen all/),
        place: { target: 'main', shard: 1 },
      })
    const asked = behind.search('whale', { limit: 1, pagesPerHit: 1, pagesOf: async () => [] })
    await expect(asked).rejects.toThrow(/the search was broken off before it had seen all/)
    expect(strike.count).toBe(reads.length + 1)
    const searches = proxy.asked.filter(({ path }) => path.includes('/_search'))
    expect(searches.filter(({ path }) => !path.includes('?allow_partial_search_results=false'))).toEqual([])
    // what a replica copies by segments it has a moment later; Elasticsearch has no such thing, nor the parameter
    const ofPrimary = server.startsWith('opensearch') ? reads.length : 0
    expect(searches.filter(({ path }) => path.endsWith('&preference=_primary'))).toHaveLength(ofPrimary)
    proxy.heal()
    expect(await behind.highestFence(1)).toEqual({ id: 'a.1', fence: 20 })
    expect(await behind.count(1)).toBe(1)
  })

  test('a shard that is nowhere is no empty one, and a search that cannot ask it says so', async () => {
    await engine.create(2)
    const name = await physical()
    await ask(indices.url, `DELETE /${name}`)
    await ask(indices.url, `PUT /${name}?wait_for_active_shards=0`, {
      aliases: { [index]: {}, [`${index}_1`]: {} },
      settings: { 'index.routing.allocation.require.box': 'nowhere' },
    })
    away(await post(), /503: unavailable_shards_exception/)
    const reads = [
      () => engine.get(1, ['a.1']),
      () => engine.scan(1, '', 1),
      () => engine.count(1),
      () => engine.marker(1),
      () => engine.mark(1, null, 7),
    ]
    for (const read of reads) await expect(read()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    await expect(engine.search('nothing', { limit: 1, pagesPerHit: 0, pagesOf: async () => [] })).rejects.toMatchObject(
      { code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining(`/${index}/_search: answered`) },
    )
  })
})
