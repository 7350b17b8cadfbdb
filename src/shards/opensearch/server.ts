import type { z } from 'zod'
import { SlipError } from '../../errors/slip-error.ts'
import { NotUnderstood } from '../../http/answer.ts'
import { HttpFault } from '../../http/fault.ts'
import type { HttpRequest } from '../../http/node.ts'
import { HttpNodes } from '../http/nodes.ts'
import { ifAllowed } from '../if-allowed.ts'
import { Turns } from '../turns.ts'
import { contentOf, type Reason, Refusal } from './answers.ts'
import type { OpenSearchOptions } from './options.ts'

/** The cluster of a target. */
export interface Server extends Pick<OpenSearchOptions, 'kind' | 'target' | 'index'> {
  readonly snapshots: string
  readonly nodes: HttpNodes
  /** Shards whose alias was seen to lead to the index of this schema since the engine was last asked for its health. */
  readonly owned: Set<number>
  /** Of refreshes and flushes. */
  readonly turns: Turns
}

/** Does not connect yet. */
export function openServer({
  urls,
  kind,
  target,
  index,
  timeout,
  snapshots = 'slip',
  connections = 4,
  ...options
}: OpenSearchOptions): Server {
  const limits = { connections, connectMs: 10_000, headersMs: timeout, bodyMs: timeout }
  return {
    kind,
    target,
    index,
    snapshots,
    nodes: new HttpNodes(urls, { ...options, ...limits }),
    owned: new Set(),
    turns: new Turns(),
  }
}

export interface Question<T> {
  /** What is read of every answer to it: what lacks it is the answer of something else. */
  readonly shape: z.ZodType<T>
  /** For messages; none where a question is not about one. */
  readonly shard?: number
  /** Asked of the next node where one does not answer soon. */
  readonly isQuick?: true
  /** Why a part of what was asked was not done, where the answer as a whole is a success. */
  readonly failedPart?: (content: T) => Reason | undefined
}

/** The JSON of the answer. Throws ENGINE_UNAVAILABLE with target, shard and URL, caused by a Refusal where it is one. */
export async function ask<T>(
  server: Server,
  request: HttpRequest,
  { shape, shard, isQuick, failedPart }: Question<T>,
): Promise<T> {
  try {
    const answer = await (isQuick ? server.nodes.ask(request) : server.nodes.request(request))
    const content = contentOf(answer, shape)
    const reason = failedPart?.(content)
    if (reason !== undefined) throw new Refusal(answer, reason)
    return content
  } catch (error) {
    throw unavailable(error, server, shard)
  }
}

/** The answer that caused an error of `ask`; null where there was none. */
export const refusalIn = (error: unknown): Refusal | null =>
  error instanceof SlipError && error.cause instanceof Refusal ? error.cause : null

/** Asks a GET of the nodes, the next where one does not answer soon; null where the server, or a proxy before it, lets nobody. Throws as `ask`. */
export const askIfAllowed = <T>(server: Server, path: string, shape: z.ZodType<T>): Promise<T | null> =>
  ifAllowed(ask(server, { method: 'GET', path }, { shape, isQuick: true }))

/** A request with a body of JSON. */
export const withJson = (method: 'POST' | 'PUT', path: string, body: unknown): HttpRequest => ({
  method,
  path,
  body: Buffer.from(JSON.stringify(body)),
  type: 'application/json',
})

/** ENGINE_UNAVAILABLE for what a server did, or the way to it; whatever else was thrown it throws. */
function unavailable(error: unknown, server: Server, shard?: number): SlipError {
  if (error instanceof SlipError && error.code === 'ENGINE_UNAVAILABLE') return error
  const place = { target: server.target, ...(shard === undefined ? {} : { shard }) }
  return new SlipError('ENGINE_UNAVAILABLE', faultOf(error), { place, cause: error })
}

/** Target, shard and URL, for the message of an outcome, which has no other place for them. */
export const placeOf = ({ target }: Server, shard: number, url: string): string =>
  `target ${target}, shard ${shard}, ${withoutQuery(url)}`

/** What a server did, or the way to it, as the message of an outcome; whatever else was thrown it throws. */
export function messageOf(error: unknown, server: Server, shard: number): string {
  return `target ${server.target}, shard ${shard}, ${unavailable(error, server, shard).message}`
}

function faultOf(error: unknown): string {
  if (error instanceof Refusal || error instanceof NotUnderstood || error instanceof HttpFault)
    return `${withoutQuery(error.url)}: ${error.message}`
  throw error
}

/** It says nothing to a person. */
const withoutQuery = (url: string): string => url.replace(/\?.*$/, '')
