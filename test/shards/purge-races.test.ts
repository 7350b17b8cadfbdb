import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Engine } from '../../src/shards/engine.ts'
import { HttpProxy, send } from '../chaos/http-proxy.ts'
import { document } from '../conformance/engine/documents.ts'
import { testIndices } from '../services/opensearch/indices.ts'
import { searchServers } from '../services/opensearch/releases.ts'
import { testSolr } from '../services/solr/own-things.ts'
import { openSearch } from './opensearch/open.ts'
import { layConfigsetOf, solrEngine } from './solr/solr-engine.ts'

interface Raced {
  readonly url: string
  /** By that URL. */
  open(url: string): Engine
  drop(): Promise<void>
}

const engines: readonly (readonly [string, () => Promise<Raced>])[] = [
  ...(['solr', 'solrcloud'] as const).map((server): [string, () => Promise<Raced>] => [
    server,
    async () => {
      const { url, prefix, drop } = await testSolr(server)
      if (server === 'solr') await layConfigsetOf({ url }, prefix)
      return { url, drop, open: (at) => solrEngine(at, prefix, { shards: 1 }) }
    },
  ]),
  ...searchServers.map((server): [string, () => Promise<Raced>] => [
    server,
    async () => {
      const { url, prefix, drop } = await testIndices(server)
      return { url, drop, open: (at) => openSearch(server, { urls: [at], index: prefix }) }
    },
  ]),
]

describe.each(engines)('%s', (_, make) => {
  let raced: Raced
  beforeAll(async () => {
    raced = await make()
  }, 240_000)
  afterAll(() => raced?.drop())

  test('an item that comes back between the search for its tombstone and its purge stays', async () => {
    const direct = raced.open(raced.url)
    onTestFinished(() => direct.close())
    await direct.create(1)
    await direct.remove(1, [{ id: 'a.1', fence: 10, rev: 1 }])
    await direct.remove(1, [{ id: 'a.2', fence: 10, rev: 1 }])
    await direct.remove(1, [{ id: 'a.3', fence: 20, rev: 1 }])
    const proxy = await HttpProxy.before(raced.url)
    const comesBack = proxy.strike(
      ({ path, body }) => /_bulk|\/update\?/.test(path) && body.includes('"delete"'),
      async ({ pass, response }) => {
        await direct.post(1, [document({ id: 'a.1', fence: 11 })])
        send(response, await pass())
      },
    )
    onTestFinished(() => proxy.close())
    const purging = raced.open(proxy.url)
    onTestFinished(() => purging.close())
    expect(await purging.purgeTombstones(1, 15)).toBe(2)
    expect(comesBack.count).toBe(1)
    await direct.commit(1, 'visible')
    expect(await direct.scan(1, '', 10)).toMatchObject([{ id: 'a.1', fence: 11 }])
    expect(await direct.purgeTombstones(1, 15)).toBe(0)
  })
})
