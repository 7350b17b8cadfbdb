import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { readProgress } from '../../../src/state/audit/progress.ts'
import { type HttpMeddling, HttpProxy, send } from '../../chaos/http-proxy.ts'
import { askAgain } from '../../daemon/ask-again.ts'
import { type Library, openLibrary } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import type { Asked } from '../../shards/http/loopback.ts'

// an engine that does not take one document of many: what slip-index --once leaves behind, it must not call done

let indices: TestIndices
let proxy: HttpProxy
let library: Library
beforeAll(async () => {
  indices = await testIndices('opensearch2')
  proxy = await HttpProxy.before(indices.url)
  const main = { engine: 'opensearch', urls: [proxy.url], index: indices.prefix, shards: 2 }
  library = await openLibrary({ config: { targets: { main }, indexer: { attempts: 1, environmentBackoff: '3s' } } })
}, 240_000)
beforeEach(async () => {
  library.lay('day-1')
  for (const stage of ['rights', 'enqueue'] as const) await runOnce(stage, library.configFile)
})
afterEach(async () => {
  proxy.heal()
  await endAll()
})
afterAll(async () => {
  await library?.close()
  await proxy?.close()
  await indices?.drop()
})

const isBulk = ({ path }: Asked) => path.includes('/_bulk')

/** What the server answers, but for the first document. */
const butForOne =
  (status: number, type: string): HttpMeddling =>
  async ({ pass, response }) => {
    const answered = await pass()
    const { items } = JSON.parse(answered.body.toString())
    const one = { index: { status, error: { type, reason: 'not now' } } }
    send(response, { ...answered, body: Buffer.from(JSON.stringify({ items: [one, ...items.slice(1)] })) })
  }

test('--once indexes what the engine had no room for at first', async () => {
  const strike = proxy.strike(isBulk, butForOne(429, 'es_rejected_execution_exception'), 2)
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(strike.count).toBe(2)
  expect(await library.state.db.query(`SELECT htid FROM slip_queue WHERE last_error LIKE '%429%'`)).toEqual([])
  expect(await readProgress(library.state.db, 'main')).toMatchObject({ ready: 0, claimed: 0 })
  expect(await library.violations()).toEqual([])
})

test('--once does not end as if all were done when one is left for the sake of the engine', async () => {
  await askAgain(library)
  proxy.strike(isBulk, butForOne(503, 'unavailable_shards_exception'), 1)
  const { code, words } = await runOnce('index', library.configFile)
  expect([code, words]).toEqual([7, expect.stringMatching(/ENGINE_UNAVAILABLE: .*answered 503/)])
})
