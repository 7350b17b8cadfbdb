import type { Answer } from '../../http/answer.ts'
import type { Outcome } from '../engine.ts'
import { type Reason, refusalOf, wordsOf } from './answers.ts'

/** What a bulk request says of one document. */
export interface BulkItem {
  readonly status: number
  readonly error?: Reason
}

/** An alias that points to no index to write, or to several, and an index that is closed: nothing a document could help. */
const aliasIsWrong = /^no write index is defined for alias|^alias \[.*\] has more than one index/i
const meansTheIndex = ({ type, reason }: Reason) => type === 'index_closed_exception' || aliasIsWrong.test(reason ?? '')

/**
 * What became of one document; null = refused, as the server holds a higher version.
 *
 * @param at target, shard and URL, for messages
 */
export function outcomeOf({ status, error }: BulkItem, at: string): Outcome | null {
  if (status >= 200 && status < 300) return { kind: 'done' }
  if (status === 409) return null
  const message = wordsOf(error)
  if (status === 400 && !meansTheIndex(error ?? {})) return { kind: 'rejected', message }
  const refused = { kind: 'unavailable', message: `${at}: answered ${status}: ${message}` } as const
  return status === 429 ? { ...refused, retryAfterMs: 0 } : refused
}

/** The outcome of a refused document, once the fence that is there was read. */
export function staleOutcome(fence: number, held: number | undefined, at: string): Outcome {
  if (held !== undefined && held > fence) return { kind: 'stale', fence: held }
  const found = held === undefined ? 'nothing' : `fence ${held}`
  return { kind: 'unavailable', message: `${at}: fence ${fence} was refused as too low, and ${found} is there now` }
}

/**
 * Whether a whole request was refused for what a document in it is: too large, or no line of JSON. A proxy that answers
 * 400 means the request, not what it carries, and so does a server that has nothing at that path: it gives no type.
 */
export const isForContent = (answer: Answer): boolean =>
  answer.status === 413 ||
  (answer.status === 400 && answer.type === 'application/json' && refusalOf(answer).type !== '')

/** The outcome of a document of so many bytes that was sent alone and refused so. */
export function outcomeAlone(answer: Answer, bytes: number): Outcome {
  if (answer.status === 413)
    return { kind: 'rejected', message: `the document is too large for the engine, with ${bytes} bytes of JSON` }
  return { kind: 'rejected', message: refusalOf(answer).words }
}
