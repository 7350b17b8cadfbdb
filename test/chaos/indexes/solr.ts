import type { Tell } from '../../services/server.ts'
import { done } from '../../services/solr/admin.ts'
import { startCloud } from '../../services/solr/cloud.ts'
import { startInstance } from '../../services/solr/instance.ts'
import type { SolrNode } from '../../services/solr/node.ts'
import { isSolrWrite, layConfigsetOf } from '../../shards/solr/solr-engine.ts'
import { shards, target } from '../world.ts'
import type { ChaosIndex } from './chaos-index.ts'
import { coldCopy } from './cold-copy.ts'
import { httpGate } from './http-gate.ts'

const heapMb = 256

/** One that stands alone. */
export async function solrIndex(tell: Tell): Promise<ChaosIndex> {
  const solr = await startInstance({ heapMb }, tell)
  await layConfigsetOf(solr, target)
  return {
    target: { engine: 'solr', commit },
    urls: [solr.url],
    openGate: (delayMs) => httpGate([solr.url], isSolrWrite, delayMs),
    kill: () => solr.kill(),
    start: () => solr.restart(),
    empty: async (shard, engine) => {
      await done(solr, `GET /admin/cores?action=UNLOAD&core=slip_${target}_${shard}&deleteInstanceDir=true`)
      await engine.create(shards)
    },
    copy: () => coldCopy({ data: solr.data, stop: () => solr.kill(), start: () => solr.restart() }),
    close: () => solr.close(),
  }
}

/** A SolrCloud of two nodes, each of which has a replica of every shard. */
export async function solrCloudIndex(tell: Tell): Promise<ChaosIndex> {
  const { nodes, close } = await startCloud({ nodes: 2, heapMb, sessionMs: 2_000 }, tell)
  const urls = nodes.map(({ url }) => url)
  const any = nodes[0] as SolrNode
  let turn = 0
  let dead: SolrNode | undefined
  return {
    target: { engine: 'solr', replicas: 2, commit },
    urls,
    openGate: (delayMs) => httpGate(urls, isSolrWrite, delayMs),
    kill: async () => {
      dead = nodes[turn++ % nodes.length] as SolrNode
      await dead.kill()
    },
    start: async () => dead?.restart(),
    empty: async (shard, engine) => {
      await done(any, `GET /admin/collections?action=DELETESHARD&collection=slip_${target}&shard=shard${shard}`)
      await engine.create(shards)
    },
    // ZooKeeper would know of later writes than the cores
    copy: null,
    close,
  }
}

/** Short, so that markers tell of what was written while the run lasts. */
export const commit = { visible: '2s', durable: '2s' }
