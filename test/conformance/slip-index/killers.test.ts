import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { requestItems } from '../../../src/state/queue/enqueue.ts'
import { cutBefore } from '../../chaos/http-faults.ts'
import { type HttpMeddling, HttpProxy, type Matches, send } from '../../chaos/http-proxy.ts'
import { openFirstDay } from '../../daemon/first-day.ts'
import type { Library } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { testIndices } from '../../services/opensearch/indices.ts'
import { testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf } from '../../shards/solr/solr-engine.ts'
import { queueRow } from '../../state/fixture.ts'

/** A server that breaks over one document. */
interface Breaking {
  readonly engine: string
  open(): Promise<{ readonly url: string; readonly prefix: string; drop(): Promise<void> }>
  /** Strikes what carries the document. */
  strike(killer: string): readonly [Matches, HttpMeddling]
}

const holds = (body: Buffer, id: string) => body.includes(`"id":"${id}"`)

/** The server's answer, but that it broke over a document. */
const brokenOver =
  (id: string): HttpMeddling =>
  async ({ asked, pass, response }) => {
    const at =
      asked.body
        .toString()
        .split('\n')
        .findIndex((line) => line.includes(`"_id":"${id}"`)) / 2
    const answered = await pass()
    const { items } = JSON.parse(answered.body.toString())
    const broken = { index: { status: 500, error: { type: 'null_pointer_exception', reason: null } } }
    send(response, { ...answered, body: Buffer.from(JSON.stringify({ items: items.with(at, broken) })) })
  }

const servers: Readonly<Record<string, Breaking>> = {
  'a Solr that breaks the connection': {
    engine: 'solr',
    open: async () => {
      const solr = await testSolr('solr')
      await layConfigsetOf(solr, 'main')
      return solr
    },
    strike: (killer) => [({ path, body }) => path.includes('/update?') && holds(body, killer), cutBefore],
  },
  'an OpenSearch that answers 500 for it': {
    engine: 'opensearch',
    open: () => testIndices('opensearch2'),
    strike: (killer) => [({ path, body }) => path.includes('/_bulk') && holds(body, killer), brokenOver(killer)],
  },
}

/** Each run is another process. */
describe.each(Object.keys(servers))('a document that kills %s', (name) => {
  const { engine, open, strike } = servers[name] as Breaking
  let server: Awaited<ReturnType<Breaking['open']>>
  let proxy: HttpProxy
  let library: Library
  beforeAll(async () => {
    server = await open()
    proxy = await HttpProxy.before(server.url)
    const main = { engine, urls: [proxy.url], index: server.prefix, shards: 2, lease: '1m', overlap: '200s' }
    library = await openFirstDay({ config: { targets: { main } } })
  }, 300_000)
  afterEach(endAll)
  afterAll(async () => {
    await library?.close()
    await proxy?.close()
    await server?.drop()
  })

  const rows = (sql: string) => library.state.db.query(sql)
  const ask = (htids: readonly string[]) =>
    library.state.db.transaction((tx) => requestItems(tx, 'main', htids, { lane: 'ops', reason: 'test' }))

  test('its neighbours are indexed in the same process, and after three processes it is an error, with the words of the fault', async () => {
    const indexed = await rows(`SELECT htid, shard FROM slip_indexed WHERE presence = 'indexed' ORDER BY htid`)
    const shards = [...Map.groupBy(indexed, ({ shard }) => shard).values()].sort((a, b) => b.length - a.length)
    const some = shards[0]!.slice(0, 6).map(({ htid }) => htid as string)
    const killer = some[2] as string
    proxy.strike(...strike(killer))
    await ask(some)
    const { events } = await runOnce('index', library.configFile)
    expect(events.filter(({ event }) => event === 'index.batch')).toMatchObject([{ indexed: 5, delayed: 1 }])
    const counted: number[] = []
    for (let row = await queueRow(library.state.db, killer); row !== undefined; ) {
      expect(row).toMatchObject({ state: 2, lane: 0, attempts: 0, strikes: 0, unproven: true })
      counted.push(row.refusals)
      await ask(some.slice(0, 1))
      await library.passLease()
      await rows('DELETE FROM slip_breaker')
      await runOnce('index', library.configFile)
      row = await queueRow(library.state.db, killer)
    }
    expect(counted).toEqual([0, 1, 2])
    expect(
      await rows(`SELECT code, message FROM slip_errors WHERE htid = '${killer}' AND resolved_at IS NULL`),
    ).toEqual([
      { code: 'ENGINE_REFUSES_ALONE', message: expect.stringMatching(/alone; last: target main, shard \d, http/) },
    ])
    expect(await rows('SELECT 1 FROM slip_queue')).toEqual([])
    expect(await library.violations()).toEqual([])
  }, 180_000)
})
