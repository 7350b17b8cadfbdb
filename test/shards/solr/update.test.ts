import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Engine, IndexDocument } from '../../../src/shards/engine.ts'
import { document } from '../../conformance/engine/documents.ts'
import { testSolr } from '../../services/solr/own-things.ts'
import type { Asked } from '../http/loopback.ts'
import { page, proxyOf } from './proxy.ts'
import { layConfigsetOf, solrEngine } from './solr-engine.ts'

const solr = await testSolr('solr')
const direct = solrEngine(solr.url, solr.prefix)
beforeAll(async () => {
  await layConfigsetOf(solr, solr.prefix)
  await direct.create(2)
})
afterAll(async () => {
  await direct.close()
  await solr.drop()
})

/** An engine behind a proxy, and the paths of the updates it sent. */
async function behind(meddle: (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>) {
  const proxy = await proxyOf(solr.url, meddle)
  const engine = solrEngine(proxy.url, solr.prefix, { timeout: 2_000 })
  onTestFinished(async () => {
    await engine.close()
    await proxy.close()
  })
  const updates = () => proxy.asked.filter(({ path }) => path.includes('/update?'))
  return { engine, url: proxy.url, updates }
}

const isTolerant = ({ path }: Asked) => path.includes('-tolerant')
const isUpdate = ({ path }: Asked) => path.includes('/update?')
const documents = (...ids: string[]) => ids.map((id) => document({ id, fence: 10 }))
const kinds = async (outcomes: ReturnType<Engine['post']>) => (await outcomes).map(({ kind }) => kind)
const held = async (...ids: string[]) => (await direct.get(1, ids)).map(({ id }) => id).sort()

/** A document that is cut off: no JSON. */
function cut(id: string): IndexDocument {
  const whole = document({ id, fence: 10 })
  return { ...whole, json: whole.json.subarray(0, 30) }
}

describe('after a refusal', () => {
  test('what was done is not sent again, and what is stale not at all', async () => {
    await direct.post(1, [document({ id: 'some.2', fence: 20 })])
    const { engine, updates } = await behind(() => false)
    expect(await kinds(engine.post(1, documents('some.1', 'some.2', 'some.3')))).toEqual(['done', 'stale', 'done'])
    expect(updates().map(isTolerant)).toEqual([false, true])
  })

  test('the answer of the tolerant chain proves nothing: on a full disk it is a success', async () => {
    await direct.post(1, [document({ id: 'full.2', fence: 20 })])
    const { engine, updates } = await behind((asked, response) => {
      if (!isTolerant(asked)) return false
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"responseHeader":{"status":0,"errors":[]}}')
      return true
    })
    expect(await kinds(engine.post(1, documents('full.1', 'full.2', 'full.3')))).toEqual(['done', 'stale', 'done'])
    // the first was written before the refusal
    expect(updates().length).toBe(3)
    expect(await held('full.1', 'full.3')).toEqual(['full.1', 'full.3'])
  })

  test('a refused document is told so, whatever is held of it from before', async () => {
    await direct.post(1, documents('older.2'))
    const refused = document({ id: 'older.2', fence: 11, publishDate: 'x'.repeat(32_767) })
    const [before, after] = documents('older.1', 'older.3') as [IndexDocument, IndexDocument]
    expect(await kinds(direct.post(1, [before, refused, after]))).toEqual(['done', 'rejected', 'done'])
  })

  test('a document that is no JSON is refused alone, its neighbours are done', async () => {
    const [before, after] = documents('json.1', 'json.3') as [IndexDocument, IndexDocument]
    const outcomes = await direct.post(1, [before, cut('json.2'), after])
    expect(outcomes).toMatchObject([{ kind: 'done' }, { kind: 'rejected', message: /JSON/ }, { kind: 'done' }])
  })

  test('a server that goes away before the proof leaves all of it open', async () => {
    await direct.post(1, [document({ id: 'proof.2', fence: 20 })])
    const { engine } = await behind(({ path }, response) => path.includes('/get') && page(response, 503))
    expect(await engine.post(1, documents('proof.1', 'proof.2'))).toEqual([
      { kind: 'unavailable', message: expect.stringContaining('answered 503 with text/html') },
      { kind: 'unavailable', message: expect.stringContaining('answered 503 with text/html') },
    ])
  })

  test('a server that stands alone has no replicas: none are waited for', async () => {
    const asksForTwo = solrEngine(solr.url, solr.prefix, { minReplicas: 2 })
    onTestFinished(() => asksForTwo.close())
    for (const _ of ['new', 'again']) expect(await asksForTwo.post(1, documents('alone.1'))).toEqual([{ kind: 'done' }])
  })

  test('removals of several fences are decided each by its own', async () => {
    await direct.post(1, documents('gone.1', 'gone.2', 'gone.3'))
    const removals = [
      { id: 'gone.1', fence: 11, rev: 2 },
      { id: 'gone.2', fence: 9, rev: 2 },
      { id: 'gone.3', fence: 12, rev: 2 },
    ]
    expect(await direct.remove(1, removals)).toEqual([{ kind: 'done' }, { kind: 'stale', fence: 10 }, { kind: 'done' }])
    expect(await held('gone.1', 'gone.2', 'gone.3')).toEqual(['gone.2'])
    // whoever is removed and posted with one fence is told so, and not that it is done
    expect(await direct.post(1, [document({ id: 'gone.1', fence: 11 })])).toEqual([{ kind: 'stale', fence: 11 }])
  })
})

describe('what is too large for a proxy', () => {
  test('is sent document by document, and what is too large alone is refused', async () => {
    const { engine } = await behind((asked, response) => asked.body.length > 2_000 && page(response, 413))
    const large = document({ id: 'size.2', fence: 10, allfields: 'word '.repeat(500) })
    const some = documents('size.1', 'size.3', 'size.4', 'size.5', 'size.6') as [IndexDocument, ...IndexDocument[]]
    const [first, ...rest] = some
    expect(await engine.post(1, [first, large, ...rest])).toEqual([
      { kind: 'done' },
      { kind: 'rejected', message: 'it is too large for the server, or for a proxy before it' },
      ...rest.map(() => ({ kind: 'done' })),
    ])
  })
})

describe('a server that is not itself', () => {
  test.each([
    [
      'a page of a proxy',
      (response: ServerResponse) => page(response, 502),
      /answered 502 with text\/html, not JSON: <html>/,
    ],
    ['a redirect', (response: ServerResponse) => page(response, 302, { location: '/login' }), /answered 302/],
    ['one that wants fewer requests', (response: ServerResponse) => page(response, 429), /answered 429/],
    ['one that does not answer', () => true as const, /Timeout/],
    ['a page that says it is done', (response: ServerResponse) => page(response, 200), /answered 200 with text\/html/],
  ])('%s: nothing is known of any document, and nobody is blamed', async (_, answer, message) => {
    const { engine, url, updates } = await behind((asked, response) => isUpdate(asked) && answer(response))
    const outcomes = await engine.post(1, documents('away.1', 'away.2'))
    for (const outcome of outcomes) {
      expect(outcome).toEqual({ kind: 'unavailable', message: expect.stringMatching(message) })
      expect(outcome).toHaveProperty('message', expect.stringMatching(`^target ${solr.prefix}, shard 1, ${url}/`))
    }
    expect(updates().length).toBe(1)
  })

  test('a post that was done and not answered is done when it is sent again', async () => {
    let cuts = 1
    const { engine } = await behind(async (asked, response) => {
      if (!isUpdate(asked) || cuts-- <= 0) return false
      await direct.post(1, documents('lost.1', 'lost.2'))
      response.destroy()
      return true
    })
    expect(await kinds(engine.post(1, documents('lost.1', 'lost.2')))).toEqual(['unavailable', 'unavailable'])
    expect(await kinds(engine.post(1, documents('lost.1', 'lost.2')))).toEqual(['done', 'done'])
  })
})
