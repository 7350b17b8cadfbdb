import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { HttpProxy } from '../../chaos/http-proxy.ts'
import { type Library, openLibrary } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { done } from '../../services/solr/admin.ts'
import { privateSolrCloud, type SolrCloud } from '../../services/solr/cloud.ts'
import type { SolrNode } from '../../services/solr/node.ts'
import { isSolrWrite } from '../../shards/solr/solr-engine.ts'
import { configThrough, untouched } from './daemons-at-work.ts'

interface Replica {
  readonly base_url: string
  readonly state: string
  readonly leader?: string
}

let cloud: SolrCloud
let library: Library
let proxies: HttpProxy[]
beforeAll(async () => {
  cloud = await privateSolrCloud({ nodes: 2, heapMb: 256, sessionMs: 2_000 })
  const urls = cloud.nodes.map(({ url }) => url)
  const main = { engine: 'solr', urls, shards: 2, replicas: 2, lease: '1m', overlap: '200s' }
  library = await openLibrary({
    config: { targets: { main }, indexer: { attempts: 1, environmentBackoff: '10m', batch: 6 } },
  })
  proxies = await HttpProxy.beforeAll(urls)
}, 240_000)
afterEach(endAll)
afterAll(async () => {
  await library?.close()
  await Promise.all((proxies ?? []).map((proxy) => proxy.close()))
  await cloud?.close()
})

/** URLs of the nodes that lead the shards, by shard; null = none does. */
async function leaders(asked: SolrNode): Promise<(string | null)[]> {
  const { cluster } = await done(asked, 'GET /admin/collections?action=CLUSTERSTATUS&collection=slip_main')
  return [1, 2].map((shard) => {
    const replicas: Replica[] = Object.values(cluster.collections.slip_main.shards[`shard${shard}`].replicas)
    return replicas.find(({ leader, state }) => leader === 'true' && state === 'active')?.base_url ?? null
  })
}

test('the node of a leader that is killed while slip-index posts, told of by the other node, loses nothing', async () => {
  library.lay('day-1')
  for (const stage of ['rights', 'enqueue'] as const) expect((await runOnce(stage, library.configFile)).code).toBe(0)
  const [first] = await leaders(cloud.nodes[0] as SolrNode)
  const at = cloud.nodes.findIndex(({ url }) => url === first)
  const [leader, other] = [cloud.nodes[at] as SolrNode, cloud.nodes[1 - at] as SolrNode]
  const strike = (proxies[at] as HttpProxy).strike(
    isSolrWrite,
    async ({ pass, response }) => {
      const passing = pass().catch(() => undefined)
      await leader.kill()
      await passing
      response.destroy()
    },
    1,
  )
  const through = configThrough(library, { main: (proxies[1 - at] as HttpProxy).url })
  expect((await runOnce('index', through)).code).toBe(7)
  expect(strike.count).toBe(1)
  expect(await untouched(library)).toBe(true)
  while ((await leaders(other)).some((url) => url !== other.url));
  await library.closeBreakers()
  await library.passLease()
  expect((await runOnce('index', through)).code).toBe(0)
  expect(await library.state.db.query('SELECT 1 FROM slip_queue')).toEqual([])
  expect(await untouched(library)).toBe(true)
  expect(await library.violations()).toEqual([])
}, 120_000)
