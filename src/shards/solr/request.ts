import type { z } from 'zod'
import { type Answer, NotUnderstood } from '../../http/answer.ts'
import { HttpFault } from '../../http/fault.ts'
import { type HttpNode, type HttpRequest, worthCompressing } from '../../http/node.ts'
import { contentOf, isStatus } from './answers.ts'
import { type Core, type CorePlace, NoCore } from './core.ts'
import type { Cores } from './cores.ts'

/** A request to a core, POST unless it says otherwise; the path begins behind its name. */
type CoreRequest = Omit<HttpRequest, 'method'> & Partial<Pick<HttpRequest, 'method'>>

/** The answer of a core, whatever its status. Throws HttpFault; NotUnderstood where the server does not read what is compressed. */
export async function answerOf(core: CorePlace, request: CoreRequest): Promise<Answer> {
  const { node, name } = core
  const answer = await node.request({ method: 'POST', ...request, path: `/${encodeURIComponent(name)}${request.path}` })
  if (answer.status === 400 && node.compresses(request.body) && !(await inflates(core)))
    throw new NotUnderstood(answer, notInflated)
  return answer
}

const notInflated =
  'does not read compressed requests: compress of the target must be false, or inflateBufferSize in etc/jetty-gzip.xml of the server above 0'

/** Nodes that were seen to read what is compressed. */
const inflating = new WeakSet<HttpNode>()

/** A Jetty that does not inflate gives Solr the bytes as they come, and Solr finds fault with a document that has none. */
async function inflates({ node, name }: CorePlace): Promise<boolean> {
  if (inflating.has(node)) return true
  const path = `/${encodeURIComponent(name)}/update?wt=json`
  const { status } = await node.request({ method: 'POST', path, ...nothingAtLength })
  if (status === 200) inflating.add(node)
  return status !== 400
}

/** An update of no document, as long as what is compressed. */
export const nothingAtLength = {
  body: Buffer.from(`[${' '.repeat(worthCompressing)}]`),
  type: 'application/json',
}

/** The JSON of the answer of a core. Throws as contentOf and answerOf. */
export const askCore = async <T>(core: CorePlace, request: CoreRequest, shape: z.ZodType<T>): Promise<T> =>
  contentOf(await answerOf(core, request), shape)

/**
 * Asks the core of a shard for something that may be asked twice: where it is not there any more, or cannot be reached,
 * it is looked for, and asked once more where it is now.
 */
export async function askShard<T>(cores: Cores, shard: number, ask: (core: Core) => Promise<T>): Promise<T> {
  const core = await cores.of(shard)
  try {
    return await ask(core)
  } catch (error) {
    if (!isGone(error)) throw error
    cores.forget(shard)
    const now = await cores.of(shard).catch((reason: unknown) => {
      throw reason instanceof NoCore ? reason : error
    })
    if (now.node === core.node && now.name === core.name) throw error
    return ask(now)
  }
}

const isGone = (error: unknown): boolean =>
  isStatus(error, 404, 503) || (error instanceof HttpFault && error.kind === 'unsent')

/** Whether a core says that it was made for another target or of another schema: it has no chain of that name. */
export const isOtherSchema = (error: unknown): boolean =>
  isStatus(error, 400) && /^unknown UpdateRequestProcessorChain/i.test(error.words)

/** Where a core is sent what changes it, by a chain. */
export function updatePath({ route }: Core, chain: string, more: Readonly<Record<string, string>> = {}): string {
  const to = route === null ? {} : { _route_: route }
  return `/update?${new URLSearchParams({ 'update.chain': chain, wt: 'json', ...to, ...more })}`
}

export const jsonBody = (value: unknown) => ({ body: Buffer.from(JSON.stringify(value)), type: 'application/json' })

/** Names and values as a form; a name may come several times. */
export const formBody = (values: readonly (readonly [name: string, value: string])[]) => ({
  body: Buffer.from(new URLSearchParams(values.map(([name, value]): [string, string] => [name, value])).toString()),
  type: 'application/x-www-form-urlencoded',
})
