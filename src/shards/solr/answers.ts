import { z } from 'zod'
import { SlipError } from '../../errors/slip-error.ts'
import { type Answer, beginningOf, jsonOf, NotUnderstood, shapedOf } from '../../http/answer.ts'
import { HttpFault } from '../../http/fault.ts'
import { NoCore, TooFewReplicas } from './core.ts'

/** An answer of Solr that says it did not do what it was asked. */
export class SolrRefusal extends Error {
  readonly status: number
  readonly retryAfter: number | null
  /** Solr's own words. */
  readonly words: string
  readonly url: string

  constructor({ status, retryAfter, url }: Answer, words: string) {
    super(`answered ${status}: ${words}`)
    this.name = 'SolrRefusal'
    this.status = status
    this.retryAfter = retryAfter
    this.words = words
    this.url = url
  }
}

/** What is meant where the body of an answer is for browsers. */
const meanings: Readonly<Record<number, string>> = {
  401: 'the credentials are not accepted',
  403: 'the user may not do this',
  404: 'it is not there',
  413: 'it is too large for the server, or for a proxy before it',
}

/** What every answer has that says nothing else. */
export const acknowledged = z.object({ responseHeader: z.object({ rf: z.number().optional() }) })

/** A refusal of a core, whose exception may have no words, and of the server before it comes to a core. */
const refused = z.union([
  z.object({
    responseHeader: z.object({ status: z.number() }),
    error: z.object({ msg: z.string().optional() }).optional(),
  }),
  z.object({ error: z.object({ msg: z.string(), code: z.number() }) }),
])

/**
 * The JSON of an answer. Throws SolrRefusal for a status other than 200, NotUnderstood for what is no JSON, or not Solr's.
 *
 * @param shape what is read of every answer to the question: what lacks it is the answer of something else
 */
export function contentOf<T>(answer: Answer, shape: z.ZodType<T>): T {
  const meaning = meanings[answer.status]
  if (meaning !== undefined && answer.type !== 'application/json') throw new SolrRefusal(answer, meaning)
  const content = jsonOf(answer)
  if (answer.status === 200) return shapedOf(answer, content, shape)
  const { success, data } = refused.safeParse(content)
  if (success) throw new SolrRefusal(answer, data.error?.msg ?? meaning ?? 'without a reason')
  // a gateway that speaks JSON, too, blames no document
  if (meaning !== undefined) throw new SolrRefusal(answer, meaning)
  throw new NotUnderstood(answer, `answered ${answer.status} without a reason of Solr: ${beginningOf(answer.body)}`)
}

export const isStatus = (error: unknown, ...statuses: readonly number[]): error is SolrRefusal =>
  error instanceof SolrRefusal && statuses.includes(error.status)

/** Whether a server, a connection or a core that is missing is at fault, and not SLIP. */
export const isFault = (error: unknown): error is Error =>
  error instanceof SolrRefusal ||
  error instanceof NotUnderstood ||
  error instanceof HttpFault ||
  error instanceof NoCore ||
  error instanceof TooFewReplicas

/** Where something was asked for, and what went wrong there, in one sentence. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const url = urlOf(error)
  return url === null ? message : `${url}: ${message}`
}

/** What to do where Solr's own words say that it lacks ICU; '' where they do not. */
export const icuRemedy = (words: string): string =>
  /'icu'|\bicuFolding\b|\bICU(Tokenizer|Folding)/.test(words)
    ? '; Solr needs its module analysis-extras: SOLR_MODULES=analysis-extras'
    : ''

/** ENGINE_UNAVAILABLE with target, shard and server, unless it is a SlipError already. */
export function unavailable(error: unknown, target: string, shard?: number): SlipError {
  if (error instanceof SlipError) return error
  if (!isFault(error)) throw error
  const place = { target, ...(shard === undefined ? {} : { shard }) }
  return new SlipError('ENGINE_UNAVAILABLE', sentenceOf(error), { place, cause: error })
}

/** Without the query, which says nothing to a person. */
function urlOf(error: unknown): string | null {
  if (error instanceof SolrRefusal || error instanceof NotUnderstood || error instanceof HttpFault)
    return error.url.replace(/\?.*$/, '')
  return null
}
