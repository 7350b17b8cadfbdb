import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { SlipError } from '../../errors/slip-error.ts'
import type { HttpNode } from '../../http/node.ts'
import { acknowledged, contentOf, isStatus } from './answers.ts'
import type { Chains } from './chains.ts'
import type { SolrOptions } from './options.ts'
import { coreName, coresOn, type Housed } from './standalone.ts'

/**
 * Makes the cores that no server has, shard 1 on the first, shard 2 on the second and so on: by their number alone, so that
 * two processes at once choose the same. All servers must answer, for the core of a shard may be on any, and so may one
 * that does not load: an empty one beside it would be written to, and would be a second one when it loads again.
 */
export async function createCores(
  nodes: readonly HttpNode[],
  { strict: configset }: Chains,
  { index, target, timeout }: SolrOptions,
  shards: number,
): Promise<void> {
  const housed = await Promise.all(nodes.map(coresOn))
  const present = new Set(housed.flatMap(({ cores }) => cores))
  for (let shard = 1; shard <= shards; shard++) {
    const name = coreName(index, shard)
    if (present.has(name)) continue
    const node = nodes[(shard - 1) % nodes.length] as HttpNode
    const broken = housed.find((each) => name in each.broken)
    if (broken !== undefined && broken.node !== node) throw unfit(broken, name, target)
    try {
      await createCore(node, name, { configset, target, timeout })
    } catch (error) {
      // one that is there it does not make again; one that could not be made before it does
      if (broken === undefined || !isStatus(error, 400, 500)) throw error
      throw unfit(broken, name, target)
    }
  }
}

function unfit({ node, broken }: Housed, name: string, target: string): SlipError {
  const message = `${node.url}: core ${name} is there and does not load: ${broken[name]}`
  return new SlipError('ENGINE_INDEX_UNFIT', message, { place: { target } })
}

interface NewCore {
  readonly configset: string
  readonly target: string
  /** Milliseconds that another process may take to make it. */
  readonly timeout: number
}

async function createCore(node: HttpNode, name: string, core: NewCore): Promise<void> {
  const { configset, target, timeout } = core
  const parameters = new URLSearchParams({ action: 'CREATE', name, configSet: configset, wt: 'json' })
  for (const patience = AbortSignal.timeout(timeout); ; await setTimeout(pauseMs)) {
    try {
      contentOf(await node.request({ method: 'GET', path: `/admin/cores?${parameters}` }), acknowledged)
      return
    } catch (error) {
      if (isStatus(error, 400) && /could not load configuration/i.test(error.words)) {
        const message = `${node.url} has no configset ${configset} in ${await configsetsOf(node)}`
        throw new SlipError('ENGINE_CONFIGSET_MISSING', message, { place: { target }, cause: error })
      }
      // another process was first
      if (isStatus(error, 500) && /already exists/i.test(error.words)) return
      // or is just about it
      if (!isStatus(error, 409) || patience.aborted) throw error
    }
  }
}

/** The folder of its configsets, on its machine. */
async function configsetsOf(node: HttpNode): Promise<string> {
  const answer = await node.ask({ method: 'GET', path: '/admin/info/system?wt=json' })
  return join(contentOf(answer, z.object({ solr_home: z.string() })).solr_home, 'configsets')
}

const pauseMs = 200
