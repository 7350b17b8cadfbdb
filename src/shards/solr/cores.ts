import { z } from 'zod'
import type { HttpNodes } from '../http/nodes.ts'
import { Turns } from '../turns.ts'
import { contentOf } from './answers.ts'
import { Leaders } from './collection.ts'
import type { Core, Places } from './core.ts'
import { StandaloneCores } from './standalone.ts'

/** Where the cores of an index are: asked of the servers when first needed, and again when one is not there any more. */
export class Cores {
  readonly index: string
  readonly nodes: HttpNodes
  /** Of commits. */
  readonly turns = new Turns()
  #isCloud: Promise<boolean> | undefined
  #places: Places | undefined
  /** The node of each shard when it was last asked for. */
  readonly #nodeOf = new Map<number, string>()

  constructor(index: string, nodes: HttpNodes) {
    this.index = index
    this.nodes = nodes
  }

  /** Throws NoCore, SolrRefusal, NotUnderstood or HttpFault; none of them for what was only true before. */
  async of(shard: number): Promise<Core> {
    const isCloud = await this.isCloud()
    this.#places ??= isCloud ? new Leaders(this.nodes, this.index) : new StandaloneCores(this.nodes.all, this.index)
    const core = await this.#places.of(shard)
    this.#nodeOf.set(shard, core.node.url)
    return core
  }

  /** URL of the node that has the core of a shard, as it was last known; until then each is taken for one of its own. */
  nodeOf(shard: number): string {
    return this.#nodeOf.get(shard) ?? String(shard)
  }

  /** What is known of a shard, or of all, is asked for anew: a core has gone, or another is the leader. */
  forget(shard?: number): void {
    this.#places?.forget(shard)
  }

  /** Whether the servers are a SolrCloud; asked once. */
  async isCloud(): Promise<boolean> {
    this.#isCloud ??= this.nodes
      .ask({ method: 'GET', path: '/admin/info/system?wt=json' })
      .then((answer) => contentOf(answer, z.object({ mode: z.string() })).mode === 'solrcloud')
    const asked = this.#isCloud
    try {
      return await asked
    } catch (error) {
      if (this.#isCloud === asked) this.#isCloud = undefined
      throw error
    }
  }
}
