import { z } from 'zod'
import { NotUnderstood } from '../../http/answer.ts'
import type { ShardSize } from '../engine.ts'
import { ifAllowed } from '../if-allowed.ts'
import { contentOf, isFault } from './answers.ts'
import type { CorePlace } from './core.ts'
import type { Cores } from './cores.ts'
import { countHeld } from './read.ts'
import { askShard } from './request.ts'

/** By registry, of which a core has one; its name is not that of the core in a SolrCloud. */
const metricsShape = z.object({ metrics: z.record(z.string(), z.record(z.string(), z.unknown())) })

const path = '/admin/metrics?group=core&prefix=CORE.coreName,CORE.fs.usableSpace,INDEX.sizeInBytes&compact=true&wt=json'

/** See Engine.size. Where the user may count documents and not read metrics, it has no more than their number. */
export async function sizeOf(cores: Cores, shard: number): Promise<ShardSize> {
  const documents = await countHeld(cores, shard)
  const places = await askShard(cores, shard, async (core) => {
    const own = await ifAllowed(placeSize(core))
    const others = await Promise.all(core.replicas.map(replicaSize))
    const free = [own, ...others].flatMap((each) => each?.diskFree ?? [])
    return { bytes: own?.bytes ?? null, diskFree: free.length === 0 ? null : Math.min(...free) }
  })
  return { documents, ...places }
}

/** Null where it does not answer: a replica in trouble says nothing of the shard. */
const replicaSize = (place: CorePlace) =>
  placeSize(place).catch((error: unknown) => {
    if (isFault(error)) return null
    throw error
  })

async function placeSize({ node, name }: CorePlace) {
  const answer = await node.request({ method: 'GET', path })
  const all = Object.values(contentOf(answer, metricsShape).metrics)
  const own = all.find((each) => each['CORE.coreName'] === name) ?? {}
  const { 'INDEX.sizeInBytes': bytes, 'CORE.fs.usableSpace': diskFree } = own
  if (typeof bytes === 'number' && typeof diskFree === 'number') return { bytes, diskFree }
  throw new NotUnderstood(answer, `the metrics of core ${name} do not tell how large it is`)
}
