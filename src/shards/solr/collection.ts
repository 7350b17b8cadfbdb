import { z } from 'zod'
import type { HttpNodes } from '../http/nodes.ts'
import { contentOf, isStatus } from './answers.ts'
import { type Core, NoCore, type Places } from './core.ts'

const replicaShape = z.object({
  core: z.string(),
  base_url: z.string(),
  node_name: z.string(),
  state: z.string(),
  type: z.string().default('NRT'),
  leader: z.string().optional(),
})
type Replica = z.infer<typeof replicaShape>

const collectionShape = z.object({
  configName: z.string(),
  router: z.object({ name: z.string() }),
  shards: z.record(z.string(), z.object({ replicas: z.record(z.string(), replicaShape) })),
})
export type Collection = z.infer<typeof collectionShape>

const clusterStatus = z.object({
  cluster: z.object({ live_nodes: z.array(z.string()), collections: z.record(z.string(), collectionShape) }),
})

/** Named shard of a collection for a shard. */
export const namedShard = (shard: number): string => `shard${shard}`

/** What the cluster says of a collection; null when there is none. */
export async function collectionOf(nodes: HttpNodes, index: string) {
  try {
    const path = `/admin/collections?action=CLUSTERSTATUS&collection=${encodeURIComponent(index)}&wt=json`
    const { cluster } = contentOf(await nodes.ask({ method: 'GET', path }), clusterStatus)
    // asked by an alias, it answers with the collection behind it
    const collection = Object.values(cluster.collections)[0]
    return collection === undefined ? null : { collection, liveNodes: cluster.live_nodes }
  } catch (error) {
    if (isStatus(error, 400) && /not found/i.test(error.words)) return null
    throw error
  }
}

type FindCore = (shard: number) => Core

/** The leaders of a collection, as the cluster last said; asked for anew where it says that a shard has none. */
export class Leaders implements Places {
  readonly #nodes: HttpNodes
  readonly #index: string
  #find: Promise<FindCore> | undefined

  constructor(nodes: HttpNodes, index: string) {
    this.#nodes = nodes
    this.#index = index
  }

  async of(shard: number): Promise<Core> {
    const known = this.#find
    if (known !== undefined) {
      const core = await this.#in(known, shard).catch(() => null)
      if (core !== null) return core
    }
    this.#find ??= leadersOf(this.#nodes, this.#index)
    return this.#in(this.#find, shard)
  }

  /** The cluster says all of them at once. */
  forget(): void {
    this.#find = undefined
  }

  async #in(find: Promise<FindCore>, shard: number): Promise<Core> {
    try {
      return (await find)(shard)
    } catch (error) {
      if (this.#find === find) this.forget()
      throw error
    }
  }
}

/** The leaders of a collection, on whatever node the cluster says. */
async function leadersOf(nodes: HttpNodes, index: string): Promise<FindCore> {
  const found = await collectionOf(nodes, index)
  const at = nodes.urls.join(', ')
  return (shard) => {
    const name = namedShard(shard)
    if (found === null) throw new NoCore(`${at}: there is no collection ${index}; slipctl targets apply makes it`)
    const replicas = found.collection.shards[name]?.replicas
    if (replicas === undefined)
      throw new NoCore(`${at}: collection ${index} has no ${name}; slipctl targets apply makes it`)
    const up = Object.values(replicas).filter(
      ({ state, node_name }) => state === 'active' && found.liveNodes.includes(node_name),
    )
    const leader = up.find((replica) => replica.leader === 'true')
    if (leader === undefined) throw new NoCore(`${at}: ${name} of collection ${index} has no leader`)
    const placeOf = ({ base_url, core }: Replica) => ({ node: nodes.at(base_url), name: core })
    const others = up.filter((replica) => replica !== leader)
    const hasFollowers = Object.values(replicas).some(({ type }) => type !== 'NRT')
    return { ...placeOf(leader), route: name, replicas: others.map(placeOf), hasFollowers }
  }
}
