import { NotUnderstood } from '../../http/answer.ts'
import { HttpFault } from '../../http/fault.ts'
import type { Unavailable } from '../engine.ts'

/** What an answer says beside its content, and an error that was made of one. */
interface Answered {
  readonly status: number
  /** Seconds. */
  readonly retryAfter: number | null
}

/**
 * Whatever a server says: what is assembled for it waits in memory, its items claimed or put off, and who announces an hour of
 * maintenance may be back in a minute. Milliseconds.
 */
const mostAskedMs = 300_000

/** The outcome of a document that was sent and whose request met this fault, with what the answer asks for. */
export function unavailableBy(fault: unknown, message: string): Unavailable {
  return { kind: 'unavailable', message, ...pressureOf(fault), ...(isUnanswered(fault) ? { unanswered: true } : {}) }
}

/** The same, where no document of the request can be what broke it. */
export function withoutSuspects({ unanswered: _, ...outcome }: Unavailable): Unavailable {
  return outcome
}

/** A disk that is full: an engine breaks over it, whatever the document. */
export const isDiskFull = (words: string): boolean => /no space left on device/i.test(words)

/** A server that broke over a request, and a proxy before it that waited for an answer in vain. */
const broken = [500, 502, 504]

/** Whether a request was sent and got no answer that says what became of what it carried. */
function isUnanswered(fault: unknown): boolean {
  if (fault instanceof HttpFault) return fault.kind === 'unanswered'
  // a success that says nothing
  if (fault instanceof NotUnderstood && fault.status < 300) return true
  return isAnswered(fault) && broken.includes(fault.status)
}

function pressureOf(fault: unknown): Pick<Unavailable, 'retryAfterMs'> {
  if (!isAnswered(fault)) return {}
  const { status, retryAfter } = fault
  return status === 429 || retryAfter !== null ? { retryAfterMs: Math.min((retryAfter ?? 0) * 1000, mostAskedMs) } : {}
}

const isAnswered = (fault: unknown): fault is Answered =>
  fault instanceof NotUnderstood || (fault instanceof Error && 'status' in fault && 'retryAfter' in fault)
