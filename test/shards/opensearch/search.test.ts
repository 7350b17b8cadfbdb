import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../../src/shards/engine.ts'
import { document } from '../../conformance/engine/documents.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import { searchServers } from '../../services/opensearch/releases.ts'
import { openSearch } from './open.ts'

describe.each(searchServers)('%s', (server) => {
  let indices: TestIndices
  let engine: Engine
  beforeAll(async () => {
    indices = await testIndices(server)
    engine = openSearch(server, { urls: [indices.url], index: indices.prefix })
    await engine.create(2)
    const heron = document({ id: 'a.text', fence: 10, title: 'Birds', pages: ['a heron stands', 'the grey heron'] })
    await engine.post(1, [heron, document({ id: 'a.title', fence: 10, title: 'The heron' })])
    await engine.post(2, [document({ id: 'b.title', fence: 10, title: 'The heron, a heron and herons' })])
    for (const shard of [1, 2]) await engine.commit(shard, 'visible')
  }, 240_000)
  afterAll(async () => {
    await engine?.close()
    await indices?.drop()
  })

  const pages = [
    { order: 1, label: 'i', text: 'a heron stands' },
    { order: 2, label: null, text: 'the grey heron' },
  ]

  /** A search, and the items whose pages it asked for. */
  async function search(query: string, pagesPerHit: number) {
    const asked: string[] = []
    const pagesOf = async (id: string) => {
      asked.push(id)
      return pages
    }
    return { asked, ...(await engine.search(query, { limit: 10, pagesPerHit, pagesOf })) }
  }

  test('pages are asked for of what has the words in its text, and of nothing when none are wanted', async () => {
    const { asked, hits } = await search('heron', 3)
    expect(Object.fromEntries(hits.map(({ id, shard }) => [id, shard]))).toEqual({
      'a.text': 1,
      'a.title': 1,
      'b.title': 2,
    })
    expect(asked).toEqual(['a.text'])
    expect(hits.find(({ id }) => id === 'a.text')?.pages.map(({ order }) => order)).toEqual([1, 2])
    expect((await search('heron', 0)).asked).toEqual([])
  })

  test('what is left out takes no pages from what is found', async () => {
    const { asked, hits } = await search('heron -penguin', 3)
    expect(asked).toEqual(['a.text'])
    expect(hits.find(({ id }) => id === 'a.text')?.pages.map(({ order }) => order)).toEqual([1, 2])
  })

  test('a phrase with common words is marked word by word', async () => {
    const { hits } = await search('"the grey heron"', 3)
    expect(hits[0]?.pages).toEqual([{ order: 2, label: null, snippet: '<em>the</em> <em>grey</em> <em>heron</em>' }])
  })

  test('what is thrown for the pages of a hit, the search throws', async () => {
    const pagesOf = async () => {
      throw new Error('the repository is away')
    }
    await expect(engine.search('heron', { limit: 10, pagesPerHit: 1, pagesOf })).rejects.toThrow('repository is away')
  })
})
