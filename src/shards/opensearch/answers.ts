import { type Answer, jsonOf } from '../../http/answer.ts'

/** Why the server did not do what it was asked, as it says it itself. */
export interface Reason {
  readonly type?: string
  readonly reason?: string | null
  readonly caused_by?: Reason
}

/** An answer that says it did not do what it was asked, or not all of it. */
export class Refusal extends Error {
  readonly status: number
  readonly retryAfter: number | null
  /** What the server calls it, such as index_not_found_exception; '' where it gives no name. */
  readonly type: string
  /** The server's own words. */
  readonly words: string
  readonly url: string

  constructor({ status, retryAfter, url }: Answer, reason: Reason) {
    const words = wordsOf(reason)
    super(`answered ${status}: ${words}`)
    this.name = 'Refusal'
    this.status = status
    this.retryAfter = retryAfter
    this.type = reason.type ?? ''
    this.words = words
    this.url = url
  }
}

/** What is meant where the body of an answer is empty or for browsers: of a proxy, of the security plugin. */
const meanings: Readonly<Record<number, string>> = {
  401: 'the credentials are not accepted',
  403: 'the user may not do this',
}

/** The JSON of an answer. Throws its refusal for a status that is no success, NotUnderstood for what is no JSON. */
export function contentOf<T>(answer: Answer): T {
  if (answer.status >= 200 && answer.status < 300) return jsonOf(answer) as T
  throw refusalOf(answer)
}

/** What a server says that did not do what it was asked. Throws NotUnderstood for what is no JSON. */
export function refusalOf(answer: Answer): Refusal {
  const meaning = { reason: meanings[answer.status] ?? 'without a reason' }
  if (answer.status in meanings && answer.type !== 'application/json') return new Refusal(answer, meaning)
  const error = (jsonOf(answer) as { error?: Reason | string } | null)?.error ?? meaning
  return new Refusal(answer, typeof error === 'string' ? { reason: error } : error)
}

/** The words of the server, with those of the causes underneath. */
export function wordsOf(reason: Reason | undefined): string {
  const words: string[] = []
  for (let at = reason; at && words.length < 3; at = at.caused_by)
    words.push([at.type, at.reason].filter(Boolean).join(': '))
  return words.length > 0 ? words.join('; caused by ') : 'without a reason'
}
