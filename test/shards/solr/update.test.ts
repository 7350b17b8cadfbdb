import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Engine, IndexDocument } from '../../../src/shards/engine.ts'
import { answering, page } from '../../chaos/http-faults.ts'
import { type HttpMeddling, HttpProxy, type Matches } from '../../chaos/http-proxy.ts'
import { document } from '../../conformance/engine/documents.ts'
import { testSolr } from '../../services/solr/own-things.ts'
import type { Asked } from '../http/loopback.ts'
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

/** An engine behind a proxy, what a fault strikes there, and the updates that the engine sent. */
async function behind(matches: Matches = () => false, meddling: HttpMeddling = page(500)) {
  const proxy = await HttpProxy.before(solr.url)
  proxy.strike(matches, meddling)
  const engine = solrEngine(proxy.url, solr.prefix)
  onTestFinished(async () => {
    await engine.close()
    await proxy.close()
  })
  const updates = () => proxy.asked.filter(({ path }) => path.includes('/update?'))
  return { engine, updates, proxy }
}

const isTolerant = ({ path }: Asked) => path.includes('-tolerant')
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
    const { engine, updates } = await behind()
    expect(await kinds(engine.post(1, documents('some.1', 'some.2', 'some.3')))).toEqual(['done', 'stale', 'done'])
    expect(updates().map(isTolerant)).toEqual([false, true])
  })

  test('the answer of the tolerant chain proves nothing: on a full disk it is a success', async () => {
    await direct.post(1, [document({ id: 'full.2', fence: 20 })])
    const success = '{"responseHeader":{"status":0,"errors":[]}}'
    const { engine, updates } = await behind(
      isTolerant,
      answering(200, { 'content-type': 'application/json' }, success),
    )
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
    const { engine } = await behind(({ path }) => path.includes('/get'), page(503))
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

/** Solr breaks, in its own words. */
const broken = (reason: string): HttpMeddling =>
  answering(
    500,
    { 'content-type': 'application/json' },
    `{"responseHeader":{"status":500},"error":{"msg":"${reason}","code":500}}`,
  )
const isUpdate = ({ path }: Asked) => path.includes('/update?') && !path.includes('commit=true')
const isCommit = ({ path }: Asked) => path.includes('commit=true')

describe('a success after a failure', () => {
  test('counts when a commit that began after it has succeeded, whoever else commits', async () => {
    const { engine, proxy } = await behind()
    proxy.strike(isUpdate, broken('it failed'), 1)
    expect(await kinds(engine.post(1, documents('doubt.1')))).toEqual(['unavailable'])
    const refused = Promise.withResolvers<void>()
    const second = Promise.withResolvers<void>()
    const first = proxy.strike(isCommit, async (exchange) => {
      if (first.count > 1) second.resolve()
      await refused.promise
      return broken('it failed again')(exchange)
    })
    const one = engine.post(1, documents('doubt.2'))
    await first.struck
    const other = engine.post(1, documents('doubt.3'))
    await Promise.race([other, second.promise])
    refused.resolve()
    expect(await kinds(one)).toEqual(['unavailable'])
    expect(await kinds(other)).toEqual(['unavailable'])
    proxy.heal()
    expect(await kinds(engine.post(1, documents('doubt.2')))).toEqual(['done'])
  })

  test('makes no document suspect when that commit fails: the update was answered', async () => {
    const { engine, proxy } = await behind()
    proxy.strike(isUpdate, broken('it failed'), 1)
    await engine.post(1, documents('doubt.4'))
    proxy.strike(isCommit, broken('it failed again'))
    const [outcome] = await engine.post(1, documents('doubt.5'))
    expect(outcome).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('it failed again') })
    expect(outcome).not.toHaveProperty('unanswered')
  })
})

test('after a document that could not be sent alone no other is sent', async () => {
  const { engine, proxy, updates } = await behind()
  proxy.strike(isUpdate, page(502))
  proxy.strike(isUpdate, page(413), 2)
  const outcomes = await engine.post(1, documents('each.1', 'each.2', 'each.3'))
  expect(outcomes.map((each) => [each.kind, 'unanswered' in each])).toEqual([
    ['unavailable', true],
    ['unavailable', false],
    ['unavailable', false],
  ])
  expect(updates()).toHaveLength(3)
})

test('a disk that is full breaks whatever is sent: no document is suspected of it', async () => {
  const isUnanswered = async (reason: string) => {
    const { engine } = await behind(({ path }) => path.includes('/update?'), broken(reason))
    const [outcome] = await engine.post(1, documents('disk.1'))
    expect(outcome).toMatchObject({ kind: 'unavailable', message: expect.stringContaining(reason) })
    return outcome?.kind === 'unavailable' && outcome.unanswered === true
  }
  expect(await isUnanswered('No space left on device')).toBe(false)
  expect(await isUnanswered('java.lang.StackOverflowError')).toBe(true)
})

describe('what is too large for a proxy', () => {
  test('is sent document by document, which is told, and what is too large alone is refused', async () => {
    let told = 0
    const { engine } = await behind(({ body }) => body.length > 2_000, page(413))
    const large = document({ id: 'size.2', fence: 10, allfields: 'word '.repeat(500) })
    const some = documents('size.1', 'size.3', 'size.4', 'size.5', 'size.6') as [IndexDocument, ...IndexDocument[]]
    const [first, ...rest] = some
    expect(await engine.post(1, [first, large, ...rest], () => told++)).toEqual([
      { kind: 'done' },
      { kind: 'rejected', message: 'it is too large for the server, or for a proxy before it' },
      ...rest.map(() => ({ kind: 'done' })),
    ])
    expect(told).toBe(1)
    await engine.post(1, [large], () => told++)
    expect(told).toBe(1)
  })
})
