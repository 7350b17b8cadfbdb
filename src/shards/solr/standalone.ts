import { z } from 'zod'
import type { HttpNode } from '../../http/node.ts'
import { contentOf } from './answers.ts'
import { type Core, NoCore, type Places } from './core.ts'

const statusShape = z.object({
  status: z.record(z.string(), z.unknown()),
  initFailures: z.record(z.string(), z.string()).optional(),
})

/** Core of a shard on servers that stand alone. */
export const coreName = (index: string, shard: number): string => `${index}_${shard}`

/** What one server has. */
export interface Housed {
  readonly node: HttpNode
  readonly cores: readonly string[]
  /** Cores that do not load, and why. */
  readonly broken: Readonly<Record<string, string>>
}

/** Asks a server which cores it has. */
export async function coresOn(node: HttpNode): Promise<Housed> {
  const answer = await node.ask({ method: 'GET', path: '/admin/cores?action=STATUS&indexInfo=false&wt=json' })
  const { status, initFailures = {} } = contentOf(answer, statusShape)
  return { node, cores: Object.keys(status), broken: initFailures }
}

/**
 * The cores of servers that stand alone. A core that one server said it has is used without asking another: one that hangs
 * delays the shards alone that may be there.
 */
export class StandaloneCores implements Places {
  readonly #nodes: readonly HttpNode[]
  readonly #index: string
  readonly #housed = new Map<HttpNode, Housed>()
  readonly #asked = new Map<HttpNode, Promise<Housed>>()
  /** Where a shard was last found. */
  readonly #nodeOf = new Map<number, HttpNode>()

  constructor(nodes: readonly HttpNode[], index: string) {
    this.#nodes = nodes
    this.#index = index
  }

  async of(shard: number): Promise<Core> {
    const name = coreName(this.#index, shard)
    const [known, second] = [...this.#housed.values()].filter(({ cores }) => cores.includes(name))
    const core = known !== undefined && second === undefined ? coreOn(known, name) : await this.#lookFor(name)
    this.#nodeOf.set(shard, core.node)
    return core
  }

  forget(shard?: number): void {
    const node = shard === undefined ? undefined : this.#nodeOf.get(shard)
    if (shard === undefined) this.#housed.clear()
    else if (node !== undefined) this.#housed.delete(node)
  }

  /** Asks every server; one that is away keeps no core of another from being found. */
  async #lookFor(name: string): Promise<Core> {
    const asked = await Promise.allSettled(this.#nodes.map((node) => this.#ask(node)))
    const housed = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const away = asked.find((each) => each.status === 'rejected')
    return coreAmong(housed, name, away)
  }

  /** Once at a time: who comes meanwhile hears the same. */
  async #ask(node: HttpNode): Promise<Housed> {
    const asked = this.#asked.get(node) ?? coresOn(node).finally(() => this.#asked.delete(node))
    this.#asked.set(node, asked)
    try {
      const housed = await asked
      this.#housed.set(node, housed)
      return housed
    } catch (error) {
      this.#housed.delete(node)
      throw error
    }
  }
}

const coreOn = ({ node }: Housed, name: string): Core => ({
  node,
  name,
  route: null,
  replicas: [],
  hasFollowers: false,
})

function coreAmong(housed: readonly Housed[], name: string, away: PromiseRejectedResult | undefined): Core {
  const [first, second] = housed.filter(({ cores }) => cores.includes(name))
  // two would be written to by turns, and each would lack what the other has
  if (first !== undefined && second !== undefined)
    throw new NoCore(`core ${name} is on ${first.node.url} and on ${second.node.url}: one of them must go`)
  if (first !== undefined) return coreOn(first, name)
  const broken = housed.find((each) => name in each.broken)
  if (broken !== undefined) throw new NoCore(`${broken.node.url}: core ${name} does not load: ${broken.broken[name]}`)
  if (away !== undefined) throw away.reason
  const urls = housed.map(({ node }) => node.url).join(', ')
  throw new NoCore(`${urls}: there is no core ${name}; slipctl targets apply makes it`)
}
