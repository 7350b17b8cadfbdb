import { z } from 'zod'
import { NotUnderstood } from '../../http/answer.ts'
import type { ShardSize } from '../engine.ts'
import { contentOf } from './answers.ts'
import type { CorePlace } from './core.ts'
import type { Cores } from './cores.ts'
import { countHeld } from './read.ts'
import { askShard } from './request.ts'

/** By registry, of which a core has one; its name is not that of the core in a SolrCloud. */
const metricsShape = z.object({ metrics: z.record(z.string(), z.record(z.string(), z.unknown())) })

const path = '/admin/metrics?group=core&prefix=CORE.coreName,CORE.fs.usableSpace,INDEX.sizeInBytes&compact=true&wt=json'

/** See Engine.size. */
export async function sizeOf(cores: Cores, shard: number): Promise<ShardSize> {
  const documents = await countHeld(cores, shard)
  const places = await askShard(cores, shard, async (core) => {
    const own = await placeSize(core)
    const others = await Promise.all(core.replicas.map(placeSize))
    return { bytes: own.bytes, diskFree: Math.min(own.diskFree, ...others.map(({ diskFree }) => diskFree)) }
  })
  return { documents, ...places }
}

async function placeSize({ node, name }: CorePlace) {
  const answer = await node.request({ method: 'GET', path })
  const all = Object.values(contentOf(answer, metricsShape).metrics)
  const own = all.find((each) => each['CORE.coreName'] === name) ?? {}
  const { 'INDEX.sizeInBytes': bytes, 'CORE.fs.usableSpace': diskFree } = own
  if (typeof bytes === 'number' && typeof diskFree === 'number') return { bytes, diskFree }
  throw new NotUnderstood(answer, `the metrics of core ${name} do not tell how large it is`)
}
