import type { HttpNode } from '../../http/node.ts'

/** Where a core is. */
export interface CorePlace {
  readonly node: HttpNode
  readonly name: string
}

/** A core that holds a shard: of SolrCloud that of the leader. */
export interface Core extends CorePlace {
  /** Of SolrCloud the other cores of the shard that are up. */
  readonly replicas: readonly CorePlace[]
  /** Of SolrCloud whether there are replicas that copy what is committed to disk, of type TLOG or PULL. */
  readonly hasFollowers: boolean
  /** Of SolrCloud the name of the shard, which every document is sent with. */
  readonly route: string | null
}

/** Where cores are, as far as it is known, and asked of the servers where it is not. */
export interface Places {
  /** Throws NoCore, or what kept a server from being asked; none of them for what was only true before. */
  of(shard: number): Promise<Core>
  /** What is known of the place of a shard, or of all, is asked for anew. */
  forget(shard?: number): void
}

/** No server has the core of a shard, or it cannot be told which is the one. */
export class NoCore extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NoCore'
  }
}

/** Fewer replicas than are asked for have taken something. */
export class TooFewReplicas extends Error {
  constructor({ node }: CorePlace, has: number, wanted: number) {
    super(`${node.url}: ${has} of ${wanted} replicas have taken it`)
    this.name = 'TooFewReplicas'
  }
}
