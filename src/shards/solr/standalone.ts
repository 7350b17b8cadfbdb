import { z } from 'zod'
import type { HttpNode } from '../../http/node.ts'
import { contentOf } from './answers.ts'
import { type Core, type FindCore, NoCore } from './core.ts'

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
  const answer = await node.request({ method: 'GET', path: '/admin/cores?action=STATUS&indexInfo=false&wt=json' })
  const { status, initFailures = {} } = contentOf(answer, statusShape)
  return { node, cores: Object.keys(status), broken: initFailures }
}

/** Asks every server; one that is away keeps no core of another from being found. */
export async function standaloneCores(nodes: readonly HttpNode[], index: string): Promise<FindCore> {
  const asked = await Promise.allSettled(nodes.map(coresOn))
  const housed = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const away = asked.find((each) => each.status === 'rejected')
  return (shard) => coreAmong(housed, { index, shard, away })
}

interface Wanted {
  readonly index: string
  readonly shard: number
  readonly away: PromiseRejectedResult | undefined
}

function coreAmong(housed: readonly Housed[], { index, shard, away }: Wanted): Core {
  const name = coreName(index, shard)
  const [first, second] = housed.filter(({ cores }) => cores.includes(name))
  // two would be written to by turns, and each would lack what the other has
  if (first !== undefined && second !== undefined)
    throw new NoCore(`core ${name} is on ${first.node.url} and on ${second.node.url}: one of them must go`)
  if (first !== undefined) return { node: first.node, name, route: null, replicas: [] }
  const broken = housed.find((each) => name in each.broken)
  if (broken !== undefined) throw new NoCore(`${broken.node.url}: core ${name} does not load: ${broken.broken[name]}`)
  if (away !== undefined) throw away.reason
  const urls = housed.map(({ node }) => node.url).join(', ')
  throw new NoCore(`${urls}: there is no core ${name}; slipctl targets apply makes it`)
}
