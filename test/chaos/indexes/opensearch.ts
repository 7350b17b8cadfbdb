import { ask } from '../../services/ask.ts'
import { startInstance } from '../../services/opensearch/instance.ts'
import type { SearchServer } from '../../services/opensearch/releases.ts'
import type { Tell } from '../../services/server.ts'
import { shards, target } from '../world.ts'
import type { ChaosIndex } from './chaos-index.ts'
import { coldCopy } from './cold-copy.ts'
import { httpGate } from './http-gate.ts'
import { commit } from './solr.ts'

/** One node. */
export async function openSearchIndex(server: SearchServer, tell: Tell): Promise<ChaosIndex> {
  const node = await startInstance(server, {}, tell)
  return {
    target: { engine: 'opensearch', commit },
    urls: [node.url],
    openGate: (delayMs) => httpGate([node.url], ({ path }) => path.includes('/_bulk?require_alias'), delayMs),
    kill: () => node.kill(),
    start: () => node.restart(),
    empty: async (shard, engine) => {
      const { json } = await ask(node.url, `GET /slip_${target}_${shard}`)
      for (const name of Object.keys(json)) await ask(node.url, `DELETE /${name}`)
      await engine.create(shards)
    },
    copy: () => coldCopy({ data: node.data, stop: () => node.kill(), start: () => node.restart() }),
    close: () => node.close(),
  }
}
