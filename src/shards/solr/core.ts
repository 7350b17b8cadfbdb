import type { HttpNode } from '../http/node.ts'

/** A core that holds a shard: of SolrCloud that of the leader. */
export interface Core {
  readonly node: HttpNode
  readonly name: string
  readonly shard: number
  /** Of SolrCloud the name of the shard, which every document is sent with. */
  readonly route: string | null
}

/** Gives the core of a shard. Throws NoCore, or what kept a server from being asked. */
export type FindCore = (shard: number) => Core

/** No server has the core of a shard, or it cannot be told which is the one. */
export class NoCore extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NoCore'
  }
}
