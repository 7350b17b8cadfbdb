import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { requestItems } from '../../../src/state/queue/enqueue.ts'
import { cutBefore } from '../../chaos/http-faults.ts'
import { HttpProxy } from '../../chaos/http-proxy.ts'
import { openFirstDay } from '../../daemon/first-day.ts'
import type { Library } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { type TestSolr, testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf } from '../../shards/solr/solr-engine.ts'
import { queueRow } from '../../state/fixture.ts'

/** A Solr that breaks over one document. Each run is another process. */
let solr: TestSolr
let proxy: HttpProxy
let library: Library
beforeAll(async () => {
  solr = await testSolr('solr')
  await layConfigsetOf(solr, 'main')
  proxy = await HttpProxy.before(solr.url)
  const main = { engine: 'solr', urls: [proxy.url], index: solr.prefix, shards: 2, lease: '1m', overlap: '200s' }
  library = await openFirstDay({ config: { targets: { main } } })
}, 300_000)
afterEach(endAll)
afterAll(async () => {
  await library?.close()
  await proxy?.close()
  await solr?.drop()
})

const rows = (sql: string) => library.state.db.query(sql)
const ask = (htids: readonly string[]) =>
  library.state.db.transaction((tx) => requestItems(tx, 'main', htids, { lane: 'ops', reason: 'test' }))

test('its neighbours are indexed in the same process, and after three processes it is an error, with the words of the fault', async () => {
  const indexed = await rows(`SELECT htid, shard FROM slip_indexed WHERE presence = 'indexed' ORDER BY htid`)
  const shards = [...Map.groupBy(indexed, ({ shard }) => shard).values()].sort((a, b) => b.length - a.length)
  const some = shards[0]!.slice(0, 6).map(({ htid }) => htid as string)
  const killer = some[2] as string
  proxy.strike(({ path, body }) => path.includes('/update?') && body.includes(`"id":"${killer}"`), cutBefore)
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
  expect(await rows(`SELECT code, message FROM slip_errors WHERE htid = '${killer}' AND resolved_at IS NULL`)).toEqual([
    { code: 'ENGINE_REFUSES_ALONE', message: expect.stringMatching(/alone; last: target main, shard \d, http/) },
  ])
  expect(await rows('SELECT 1 FROM slip_queue')).toEqual([])
  expect(await library.violations()).toEqual([])
}, 180_000)
