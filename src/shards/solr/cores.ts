import { z } from 'zod'
import type { HttpNodes } from '../http/nodes.ts'
import { contentOf } from './answers.ts'
import { leadersOf } from './collection.ts'
import type { Core, FindCore } from './core.ts'
import { standaloneCores } from './standalone.ts'

/** Where the cores of an index are: asked of the servers when first needed, and again when one is not there any more. */
export class Cores {
  readonly index: string
  readonly nodes: HttpNodes
  #isCloud: Promise<boolean> | undefined
  #find: Promise<FindCore> | undefined
  /** The node of each shard when it was last asked for. */
  readonly #nodeOf = new Map<number, string>()

  constructor(index: string, nodes: HttpNodes) {
    this.index = index
    this.nodes = nodes
  }

  /** Throws NoCore, SolrRefusal, NotUnderstood or HttpFault; none of them for what was only true before. */
  async of(shard: number): Promise<Core> {
    const known = this.#find
    if (known !== undefined) {
      const core = await this.#in(known, shard).catch(() => null)
      if (core !== null) return core
    }
    this.#find ??= this.#ask()
    return this.#in(this.#find, shard)
  }

  async #in(find: Promise<FindCore>, shard: number): Promise<Core> {
    try {
      const core = (await find)(shard)
      this.#nodeOf.set(shard, core.node.url)
      return core
    } catch (error) {
      if (this.#find === find) this.forget()
      throw error
    }
  }

  /** URL of the node that has the core of a shard, as it was last known; until then each is taken for one of its own. */
  nodeOf(shard: number): string {
    return this.#nodeOf.get(shard) ?? String(shard)
  }

  /** What is known is asked for anew: a core has gone, or another is the leader. */
  forget(): void {
    this.#find = undefined
  }

  /** Whether the servers are a SolrCloud; asked once. */
  async isCloud(): Promise<boolean> {
    this.#isCloud ??= this.nodes
      .request({ method: 'GET', path: '/admin/info/system?wt=json' })
      .then((answer) => contentOf(answer, z.object({ mode: z.string() })).mode === 'solrcloud')
    const asked = this.#isCloud
    try {
      return await asked
    } catch (error) {
      if (this.#isCloud === asked) this.#isCloud = undefined
      throw error
    }
  }

  async #ask(): Promise<FindCore> {
    if (!(await this.isCloud())) return standaloneCores(this.nodes.all, this.index)
    return leadersOf(this.nodes, this.index)
  }
}
