import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Engine, IndexDocument, Outcome } from '../../../src/shards/engine.ts'
import { page } from '../../chaos/http-faults.ts'
import { HttpProxy } from '../../chaos/http-proxy.ts'
import { document } from '../../conformance/engine/documents.ts'
import { ask } from '../../services/ask.ts'
import type { SearchInstance } from '../../services/opensearch/instance.ts'
import type { Settings } from '../../services/opensearch/launch.ts'
import { privateOpenSearch } from '../../services/opensearch/private.ts'
import { fewSearchServers, type SearchServer } from '../../services/opensearch/releases.ts'
import { openSearch } from './open.ts'

const START_MS = 240_000
const words = 'the quick brown fox jumps over the lazy dog '

/** What was not done: nothing but what a full queue did not take. */
function refusedOf(posted: readonly Outcome[][]): Outcome[] {
  const refused = posted.flat().filter(({ kind }) => kind !== 'done')
  const message = expect.stringMatching(/answered 429: .*rejected/)
  for (const outcome of refused) expect(outcome).toMatchObject({ kind: 'unavailable', message })
  return refused
}

/** A document of so many bytes. */
function documentOf(bytes: number, id: string): IndexDocument {
  const empty = document({ id, fence: 10, pages: [''] })
  return document({ id, fence: 10, pages: ['x '.repeat((bytes - empty.json.length - empty.provenance.length) / 2)] })
}

/** One of its own with all settings, and an engine on it; closed after the test. */
async function start(server: SearchServer, settings: Settings): Promise<{ own: SearchInstance; engine: Engine }> {
  const own = await privateOpenSearch(server, settings)
  const engine = openSearch(server, { urls: [own.url], index: 'slip_main' })
  onTestFinished(async () => {
    await engine.close()
    await own.close()
  })
  await engine.create(1)
  return { own, engine }
}

test.each(fewSearchServers)(
  '%s says how large a document may be that has all its memory for writes, and where that may not be asked refuses a larger one for good',
  async (server) => {
    const { own, engine } = await start(server, { 'indexing_pressure.memory.limit': '2mb' })
    const longest = (await engine.longestDocument()) as number
    expect(longest).toBe(Math.floor((2 << 20) / (server === 'elasticsearch9' ? 5 : 1)) - 1_024)
    expect(await engine.post(1, [documentOf(longest, 'longest.1')])).toEqual([{ kind: 'done' }])

    const proxy = await HttpProxy.before(own.url)
    const behind = openSearch(server, { urls: [proxy.url], index: 'slip_main' })
    onTestFinished(async () => {
      await behind.close()
      await proxy.close()
    })
    proxy.strike(({ path }) => path.startsWith('/_nodes'), page(403))
    expect(await behind.longestDocument()).toBeNull()
    const larger = documentOf(longest + 4_096, 'longest.2')
    const [refused] = await behind.post(1, [larger])
    expect(refused).toEqual({ kind: 'tooLarge', most: expect.any(Number) })
    expect((refused as { most: number }).most).toBeGreaterThan(longest - 1_024)
    expect((refused as { most: number }).most).toBeLessThan(longest + 4_096)
    let told = 0
    const neighbours = ['beside.1', 'beside.2'].map((id) => document({ id, fence: 10 }))
    expect(await behind.post(1, [neighbours[0]!, larger, neighbours[1]!], () => told++)).toEqual([
      { kind: 'done' },
      refused,
      { kind: 'done' },
    ])
    expect(told).toBe(1)
  },
  START_MS,
)

// one of the newest has no such setting
test(
  'opensearch2 that gives the version of an Elasticsearch is taken for what it is',
  async () => {
    const { own, engine } = await start('opensearch2', {})
    await ask(own.url, 'PUT /_cluster/settings', {
      persistent: { 'compatibility.override_main_response_version': true },
    })
    const { version } = (await ask(own.url, 'GET /')).json
    expect(version).toMatchObject({ number: '7.10.2' })
    expect(version).not.toHaveProperty('distribution')
    await engine.health()
  },
  START_MS,
)

/** A server that takes little at a time, and that is killed. */
describe.each(fewSearchServers)('%s of its own', (server) => {
  let own: SearchInstance
  let engine: Engine
  beforeAll(async () => {
    own = await privateOpenSearch(server, {
      'http.max_content_length': '1mb',
      'thread_pool.write.size': 1,
      'thread_pool.write.queue_size': 1,
    })
    engine = openSearch(server, { urls: [own.url], index: 'slip_main' })
    await engine.create(1)
  }, START_MS)
  afterAll(async () => {
    await engine.close()
    await own.close()
  })

  test('documents that are too many bytes together are posted alone, and one that is so by itself is refused', async () => {
    const half = words.repeat(15_000)
    const documents = [
      document({ id: 'large.1', fence: 10, pages: [half] }),
      document({ id: 'large.2', fence: 10, pages: [half, half] }),
      document({ id: 'large.3', fence: 10, pages: [half] }),
    ]
    const bytes = documents[1]!.json.length + documents[1]!.provenance.length
    const posted = await engine.post(1, documents)
    // Elasticsearch 9 hangs up as soon as it has seen the length: its answer may be lost with what is still being sent.
    if (server === 'elasticsearch9' && posted.every(({ kind }) => kind === 'unavailable')) {
      expect(posted).toEqual(documents.map(() => expect.objectContaining({ unanswered: true })))
      for (const at of [0, 2]) expect(await engine.post(1, [documents[at]!])).toEqual([{ kind: 'done' }])
    } else {
      const message = `the document is too large for the engine, with ${bytes} bytes of JSON`
      expect(posted).toEqual([{ kind: 'done' }, { kind: 'rejected', message }, { kind: 'done' }])
    }
    expect((await engine.get(1, ['large.1', 'large.2', 'large.3'])).map(({ id }) => id)).toEqual(['large.1', 'large.3'])
  })

  test('it says how large a document may be, and one of that size is taken', async () => {
    const longest = (await engine.longestDocument()) as number
    expect(longest).toBe((1 << 20) - 1_024)
    expect(await engine.post(1, [documentOf(longest, 'longest.1')])).toEqual([{ kind: 'done' }])
  })

  test('what a full queue does not take is unavailable, each document for itself, and done when it is posted again', async () => {
    const engines = [engine, ...[1, 2, 3].map(() => openSearch(server, { urls: [own.url], index: 'slip_main' }))]
    const batches = Array.from({ length: 16 }, (_, at) =>
      [0, 1].map((one) => document({ id: `queue.${at}.${one}`, fence: 10, pages: [words.repeat(5_000)] })),
    )
    try {
      const posted = await Promise.all(batches.map((batch, at) => engines[at % 4]!.post(1, batch)))
      expect(refusedOf(posted).length).toBeGreaterThan(0)
      // Elasticsearch takes a queue for full for a moment after the one task of it has ended
      for (const batch of batches) while (refusedOf([await engine.post(1, batch)]).length > 0);
    } finally {
      for (const other of engines.slice(1)) await other.close()
    }
  })

  test('what is posted compressed is taken', async () => {
    const compressing = openSearch(server, { urls: [own.url], index: 'slip_main', compress: true })
    try {
      const posted = document({ id: 'compressed.1', fence: 10, pages: [words.repeat(10_000)] })
      expect(await compressing.post(1, [posted])).toEqual([{ kind: 'done' }])
      expect(await compressing.get(1, [posted.id])).toMatchObject([{ digest: posted.digest }])
    } finally {
      await compressing.close()
    }
  })

  describe('killed and started again', () => {
    const kept = document({ id: 'disk.1', fence: 10 })
    let other: Engine
    beforeAll(async () => {
      other = openSearch(server, { urls: [own.url], index: 'slip_other' })
      await other.create(1)
      await engine.post(1, [document({ id: 'kill.1', fence: 10 }), document({ id: 'kill.2', fence: 10 })])
      await engine.remove(1, [{ id: 'kill.2', fence: 12, rev: 2 }])
      for (const [each, index] of [[engine, 'slip_main'] as const, [other, 'slip_other'] as const]) {
        const lazily = { 'index.translog': { durability: 'async', sync_interval: '1h' } }
        await ask(own.url, `PUT /${index}/_settings`, lazily)
        await each.post(1, [kept])
      }
      expect(await engine.mark(1, await engine.marker(1), 8)).toBe(true)
      await other.commit(1, 'durable')
      await own.kill()
      const [lost] = await engine.post(1, [document({ id: 'kill.1', fence: 11 })])
      expect(lost).toMatchObject({ kind: 'unavailable', message: expect.stringMatching(/ECONN(REFUSED|RESET)/) })
      await expect(engine.health()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
      await own.restart()
    }, START_MS)
    afterAll(() => other.close())

    test('it has what was there before the marker and before a durable commit, also where writes do not wait for the disk', async () => {
      for (const each of [engine, other]) expect(await each.get(1, [kept.id])).toMatchObject([{ fence: 10 }])
    })

    test('it has the marker, and remembers what was removed', async () => {
      expect(await engine.marker(1)).toBe(8)
      expect(await engine.get(1, ['kill.1', 'kill.2'])).toMatchObject([{ id: 'kill.1', fence: 10 }])
      expect(await engine.post(1, [document({ id: 'kill.2', fence: 11 })])).toEqual([{ kind: 'stale', fence: 12 }])
      expect(await engine.highestFence(1)).toEqual({ id: 'kill.2', fence: 12 })
    })
  })
})
