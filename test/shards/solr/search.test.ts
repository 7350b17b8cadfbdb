import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { cutBefore } from '../../chaos/http-faults.ts'
import { HttpProxy } from '../../chaos/http-proxy.ts'
import { document } from '../../conformance/engine/documents.ts'
import { testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf, solrEngine } from './solr-engine.ts'

const solr = await testSolr('solr')
const engine = solrEngine(solr.url, solr.prefix)
beforeAll(async () => {
  await layConfigsetOf(solr, solr.prefix)
  await engine.create(2)
  const heron = document({ id: 'a.text', fence: 10, title: 'Birds', pages: ['a heron stands', 'the grey heron'] })
  await engine.post(1, [heron, document({ id: 'a.title', fence: 10, title: 'The heron' })])
  await engine.post(2, [document({ id: 'b.title', fence: 10, title: 'The heron, a heron and herons' })])
  for (const shard of [1, 2]) await engine.commit(shard, 'visible')
})
afterAll(async () => {
  await engine.close()
  await solr.drop()
})

const pages = [
  { order: 1, label: 'i', text: 'a heron stands' },
  { order: 2, label: null, text: 'the grey heron' },
]

/** A search, and the items whose pages it asked for. */
async function search(query: string, pagesPerHit: number, through = engine) {
  const asked: string[] = []
  const pagesOf = async (id: string) => {
    asked.push(id)
    return pages
  }
  return { asked, answer: await through.search(query, { limit: 10, pagesPerHit, pagesOf }) }
}

test('pages are asked for of what has the words in its text, and of nothing when none are wanted', async () => {
  const { asked, answer } = await search('heron', 3)
  expect(answer.hits.map(({ id }) => id).sort()).toEqual(['a.text', 'a.title', 'b.title'])
  expect(asked).toEqual(['a.text'])
  expect(answer.hits.find(({ id }) => id === 'a.text')?.pages.map(({ order }) => order)).toEqual([1, 2])
  expect((await search('heron', 0)).asked).toEqual([])
})

test('the best of all shards come first, and every hit names its own', async () => {
  const { answer } = await search('heron', 0)
  const scores = answer.hits.map(({ score }) => score)
  expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  expect(Object.fromEntries(answer.hits.map(({ id, shard }) => [id, shard]))).toEqual({
    'a.text': 1,
    'a.title': 1,
    'b.title': 2,
  })
})

test('a phrase with common words is marked word by word', async () => {
  const { answer } = await search('"the grey heron"', 3)
  expect(answer.hits[0]?.pages).toEqual([
    { order: 2, label: null, snippet: '<em>the</em> <em>grey</em> <em>heron</em>' },
  ])
})

test('what is thrown for the pages of a hit, the search throws', async () => {
  const gone = new Error('gone')
  const pagesOf = () => Promise.reject(gone)
  await expect(engine.search('heron', { limit: 10, pagesPerHit: 1, pagesOf })).rejects.toBe(gone)
})

test('with a shard away there is no answer, rather than one that lacks its hits', async () => {
  const proxy = await HttpProxy.before(solr.url)
  proxy.strike(({ path }) => path.includes(`${solr.prefix}_2/`), cutBefore)
  const behind = solrEngine(proxy.url, solr.prefix)
  onTestFinished(async () => {
    await behind.close()
    await proxy.close()
  })
  await expect(search('heron', 0, behind)).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringContaining(`${solr.prefix}_2/`),
  })
})
