import { z } from 'zod'
import { type Answer, beginningOf, jsonOf, NotUnderstood, shapedOf } from '../../http/answer.ts'

/** Why the server did not do what it was asked, as it says it itself. */
export interface Reason {
  readonly type?: string | undefined
  readonly reason?: string | null | undefined
  readonly caused_by?: Reason | null | undefined
}

export const reasonShape: z.ZodType<Reason> = z.object({
  type: z.string().optional(),
  reason: z.string().nullable().optional(),
  get caused_by() {
    return reasonShape.nullable().optional()
  },
})

/** `alias [a] missing` and the like are words alone. */
const refusalShape = z.object({ error: z.union([z.string(), reasonShape]) })

/** Of what was read and understood: a gateway that speaks JSON says otherwise what it does not like. */
const understoodShape = z.object({
  error: z.object({ type: z.string(), root_cause: z.array(z.unknown()) }),
  status: z.number(),
})

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

/** The JSON of the answer. Throws its refusal for a status that is no success, NotUnderstood for what is not of that shape. */
export function contentOf<T>(answer: Answer, shape: z.ZodType<T>): T {
  if (answer.status >= 200 && answer.status < 300) return shapedOf(answer, jsonOf(answer), shape)
  throw refusalOf(answer)
}

/** What a server says that did not do what it was asked. Throws NotUnderstood for what no server of the kind says. */
export function refusalOf(answer: Answer): Refusal {
  const reason = meanings[answer.status]
  if (reason !== undefined && answer.type !== 'application/json') return new Refusal(answer, { reason })
  const content = jsonOf(answer)
  const { success, data } = refusalShape.safeParse(content)
  if (!success && reason !== undefined) return new Refusal(answer, { reason })
  if (!success)
    throw new NotUnderstood(
      answer,
      `answered ${answer.status} without a reason of the engine: ${beginningOf(answer.body)}`,
    )
  const { error } = data
  return new Refusal(answer, typeof error === 'string' ? { reason: error } : error)
}

/** Whether the server itself refused it, for what it is. Throws NotUnderstood for what is no JSON. */
export const isUnderstood = (answer: Answer): boolean => understoodShape.safeParse(jsonOf(answer)).success

/** The words of the server, with those of the causes underneath. */
export function wordsOf(reason: Reason | undefined): string {
  const words: string[] = []
  for (let at: Reason | null | undefined = reason; at && words.length < 3; at = at.caused_by)
    words.push([at.type, at.reason].filter(Boolean).join(': '))
  return words.length > 0 ? words.join('; caused by ') : 'without a reason'
}
