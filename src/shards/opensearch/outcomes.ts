import { z } from 'zod'
import type { Answer } from '../../http/answer.ts'
import type { Outcome } from '../engine.ts'
import { isDiskFull } from '../http/unavailable.ts'
import { isUnderstood, type Reason, reasonShape, refusalOf, wordsOf } from './answers.ts'

/** What a bulk request says of one document; `_index` is the index that its alias led to. */
export const bulkItemShape = z.object({
  status: z.number(),
  error: reasonShape.optional(),
  _index: z.string().optional(),
})
export type BulkItem = z.infer<typeof bulkItemShape>

/** An alias that points to no index to write, or to several, and an index that is closed: nothing a document could help. */
const aliasIsWrong = /^no write index is defined for alias|^alias \[.*\] has more than one index/i
const meansTheIndex = ({ type, reason }: Reason) => type === 'index_closed_exception' || aliasIsWrong.test(reason ?? '')

/** By what a server says that it did not try: closed, not allowed, not found, not in time, not there. */
const leftAlone = [400, 401, 403, 404, 408, 503]

/**
 * What became of one document; null = refused, as the server holds a higher version.
 *
 * @param at target, shard and URL, for messages
 * @param bytes of the document, where it was sent alone
 */
export function outcomeOf({ status, error }: BulkItem, at: string, bytes?: number): Outcome | null {
  if (status >= 200 && status < 300) return { kind: 'done' }
  if (status === 409) return null
  const message = wordsOf(error)
  if (status === 400 && !meansTheIndex(error ?? {})) return { kind: 'rejected', message }
  const refused = { kind: 'unavailable', message: `${at}: answered ${status}: ${message}` } as const
  const share = status === 429 ? shareTaken(message) : null
  if (share !== null && bytes !== undefined) return { kind: 'tooLarge', most: Math.floor(bytes * share) }
  // the block of a disk that is full, which no smaller request would pass
  if (status === 429 && error?.type === 'cluster_block_exception') return refused
  if (status === 429) return { ...refused, retryAfterMs: 0 }
  // the server broke over it, or does not say that it left it alone: it may be the document that does that
  return leftAlone.includes(status) || isDiskFull(message) ? refused : { ...refused, unanswered: true }
}

/** The outcome of a refused document, once the fence that is there was read. */
export function staleOutcome(fence: number, held: number | undefined, at: string): Outcome {
  if (held !== undefined && held > fence) return { kind: 'stale', fence: held }
  const found = held === undefined ? 'nothing' : `fence ${held}`
  return { kind: 'unavailable', message: `${at}: fence ${fence} was refused as too low, and ${found} is there now` }
}

/**
 * Whether a whole request was refused for what a document in it is: too large, or no line of JSON. A proxy that answers
 * 400 means the request, not what it carries, and so does a server that has nothing at that path.
 */
export const isForContent = (answer: Answer): boolean =>
  isForSize(answer) || (answer.status === 400 && isUnderstood(answer))

/** Whether it was refused for its size, and will be as long as it has that. */
export const isForSize = (answer: Answer): boolean =>
  answer.status === 413 || (answer.status === 429 && shareTaken(answer.body.toString()) !== null)

/** The outcome of a document of so many bytes that was sent alone and refused so. */
export function outcomeAlone(answer: Answer, bytes: number): Outcome {
  const share = answer.status === 429 ? shareTaken(answer.body.toString()) : null
  if (share !== null) return { kind: 'tooLarge', most: Math.floor(bytes * share) }
  if (answer.status === 413)
    return { kind: 'rejected', message: `the document is too large for the engine, with ${bytes} bytes of JSON` }
  return { kind: 'rejected', message: refusalOf(answer).words }
}

const pressure = /_operation_bytes=(\d+), max_coordinating\w*_bytes=(\d+)/

/**
 * Of an operation that was refused because it needs more than all the memory for writes, how much of it would have its place;
 * null where it was refused beside others. The server says neither by its status.
 */
function shareTaken(words: string): number | null {
  const [, needed, most] = pressure.exec(words) ?? []
  return Number(needed) > Number(most) ? Number(most) / Number(needed) : null
}
