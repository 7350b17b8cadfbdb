import type { z } from 'zod'
import type { Answer } from '../../http/answer.ts'
import { HttpFault } from '../../http/fault.ts'
import type { HttpRequest } from '../../http/node.ts'
import { contentOf, isStatus } from './answers.ts'
import { type Core, type CorePlace, NoCore } from './core.ts'
import type { Cores } from './cores.ts'

/** A request to a core, POST unless it says otherwise; the path begins behind its name. */
type CoreRequest = Omit<HttpRequest, 'method'> & Partial<Pick<HttpRequest, 'method'>>

/** The answer of a core, whatever its status. Throws HttpFault. */
export const answerOf = ({ node, name }: CorePlace, request: CoreRequest): Promise<Answer> =>
  node.request({ method: 'POST', ...request, path: `/${encodeURIComponent(name)}${request.path}` })

/** The JSON of the answer of a core. Throws as contentOf, and HttpFault. */
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

export const jsonBody = (value: unknown) => ({ body: Buffer.from(JSON.stringify(value)), type: 'application/json' })

/** Names and values as a form; a name may come several times. */
export const formBody = (values: readonly (readonly [name: string, value: string])[]) => ({
  body: Buffer.from(new URLSearchParams(values.map(([name, value]): [string, string] => [name, value])).toString()),
  type: 'application/x-www-form-urlencoded',
})
