import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Engine } from '../../../src/shards/engine.ts'
import { cutBefore, reworded } from '../../chaos/http-faults.ts'
import { HttpProxy, type Matches } from '../../chaos/http-proxy.ts'
import { document } from '../../conformance/engine/documents.ts'
import { ask } from '../../services/ask.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import { searchServers } from '../../services/opensearch/releases.ts'
import { openSearch } from './open.ts'

const nothing = () => {}

describe.each(searchServers)('%s', (server) => {
  let indices: TestIndices
  let engine: Engine
  beforeAll(async () => {
    indices = await testIndices(server)
    engine = openSearch(server, { urls: [indices.url], index: indices.prefix, snapshots: indices.prefix })
    await engine.create(2)
  }, 240_000)
  afterAll(async () => {
    await engine?.close()
    await ask(indices.url, `DELETE /_snapshot/${indices.prefix}`)
    await indices.drop()
  })
  const failed = (words: RegExp) => ({ code: 'SNAPSHOT_FAILED', message: expect.stringMatching(words) })

  test('a repository that nobody has registered is told in the words of the server, and nothing is closed', async () => {
    for (const verb of ['snapshot', 'restore'] as const)
      await expect(engine[verb]('a', 2, nothing)).rejects.toMatchObject(
        failed(/repository_missing_exception: \[\S+\] missing/),
      )
    expect(await engine.post(1, [document({ id: 'a.1', fence: 10 })])).toEqual([{ kind: 'done' }])
  })

  test('each shard is told once, kept and set back, with its aliases, and what was lost comes back', async () => {
    const repository = { type: 'fs', settings: { location: indices.prefix } }
    await ask(indices.url, `PUT /_snapshot/${indices.prefix}`, repository)
    await engine.post(2, [document({ id: 'b.1', fence: 10 })])
    const [kept, setBack]: [number[], number[]] = [[], []]
    await engine.snapshot('b', 2, (shard) => kept.push(shard))
    await engine.post(2, [document({ id: 'b.2', fence: 10 })])
    const { json } = await ask(indices.url, `GET /${indices.prefix}_1`)
    await ask(indices.url, `DELETE /${Object.keys(json)[0]}`)
    await engine.restore('b', 2, (shard) => setBack.push(shard))
    expect([kept.sort(), setBack.sort()]).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(await engine.get(1, ['a.1'])).toHaveLength(1)
    expect((await engine.get(2, ['b.1', 'b.2'])).map(({ id }) => id)).toEqual(['b.1'])
    for (const shard of [1, 2]) expect((await engine.checkSchema(shard)).differences).toEqual([])
  })

  /** The same index through a proxy. */
  async function meddledWith() {
    const proxy = await HttpProxy.before(indices.url)
    const behind = openSearch(server, { urls: [proxy.url], index: indices.prefix, snapshots: indices.prefix })
    onTestFinished(async () => {
      await behind.close()
      await proxy.close()
    })
    return { proxy, behind }
  }
  /** What the repository has of a snapshot is asked for. */
  const isKept: Matches = ({ method, path }) => method === 'GET' && /^\/_snapshot\/[^/]+\/[^/]+$/.test(path)
  const indexOf = async (shard: number): Promise<string> => {
    const { json } = await ask(indices.url, `GET /${indices.prefix}_${shard}`)
    return Object.keys(json)[0] as string
  }
  /** A snapshot of shard 1 alone, under the name of one of the target. */
  const snapshotOfOne = async (name: string) => {
    const path = `/_snapshot/${indices.prefix}/${indices.prefix}-${name}?wait_for_completion=true`
    expect((await ask(indices.url, `PUT ${path}`, { indices: await indexOf(1) })).status).toBe(200)
  }
  const isSearched = () => engine.search('', { limit: 1, pagesPerHit: 0, filters, pagesOf: async () => [] })
  const filters = [{ field: 'id', values: ['a.1'] }]

  test('of a snapshot that lacks a shard nothing is closed, and the shard is named', async () => {
    await snapshotOfOne('one')
    const { proxy, behind } = await meddledWith()
    await expect(behind.restore('one', 2, nothing)).rejects.toMatchObject(
      failed(new RegExp(`${indices.prefix}-one: has no ${await indexOf(2)}`)),
    )
    expect(proxy.asked.filter(({ method }) => method === 'POST')).toEqual([])
    expect(await isSearched()).toMatchObject({ total: 1 })
  })

  test('a snapshot of which a shard failed is told by its reason, made or restored, and nothing is closed', async () => {
    const { proxy, behind } = await meddledWith()
    const because = `"failures":[{"index":"${await indexOf(2)}","shard_id":0,"reason":"the disk is full"}]`
    proxy.strike(isKept, async (exchange) => {
      await reworded(/"state":"SUCCESS"(.*)"failures":\[\]/s, `"state":"PARTIAL"$1${because}`)(exchange)
    })
    for (const verb of ['snapshot', 'restore'] as const)
      await expect(behind[verb]('partial', 2, nothing)).rejects.toMatchObject(failed(/_2_\w+: the disk is full/))
    expect(proxy.asked.filter(({ method }) => method === 'POST')).toEqual([])
    expect(await isSearched()).toMatchObject({ total: 1 })
  })

  test('where the server refuses to restore, what was closed for it is open again', async () => {
    await snapshotOfOne('refused')
    const { proxy, behind } = await meddledWith()
    proxy.strike(isKept, reworded(/"indices":\["/, `"indices":["${await indexOf(2)}","`))
    await expect(behind.restore('refused', 2, nothing)).rejects.toMatchObject(failed(/_restore: .*not.found/))
    expect(proxy.asked.some(({ path }) => path.includes('/_close'))).toBe(true)
    expect(await isSearched()).toMatchObject({ total: 1 })
    expect(await engine.post(2, [document({ id: 'b.3', fence: 10 })])).toEqual([{ kind: 'done' }])
  })

  test('what stays closed because the server was not reached any more, the restore that is run again opens', async () => {
    const { proxy, behind } = await meddledWith()
    proxy.strike(({ path }) => /_restore|_open/.test(path), cutBefore)
    await expect(behind.restore('b', 2, nothing)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('_restore: '),
    })
    await expect(isSearched()).rejects.toThrow('index_closed_exception')
    await engine.restore('b', 2, nothing)
    expect(await isSearched()).toMatchObject({ total: 1 })
    expect((await engine.get(2, ['b.1', 'b.3'])).map(({ id }) => id)).toEqual(['b.1'])
  })
})
