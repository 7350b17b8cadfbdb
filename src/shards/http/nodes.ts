import { type Answer, mayBeJson } from '../../http/answer.ts'
import { AnswerTooLarge, HttpFault } from '../../http/fault.ts'
import { HttpNode, type HttpRequest, type NodeOptions } from '../../http/node.ts'

/** A node that could not be reached is left out for this long, unless no other is there. */
const restMs = 10_000
/** One that was waited for in vain so many times as long as that: a node that hangs takes no more than a tenth of the time. */
const restPerWait = 10
const mostRestMs = 300_000
/** Of a proxy whose server does not answer, of a node that has lost its cluster, is being started or has too much to do. */
const sentAway = [502, 503, 504]
/** Of a node that lets nobody in or breaks, and of a proxy that leads elsewhere, as a page or a redirect of it does, too. */
const refused = [401, 403, 404, 405, 500]
const isRefused = (answer: Answer): boolean =>
  refused.includes(answer.status) || (answer.status >= 300 && answer.status < 400) || !mayBeJson(answer)
/** What an engine says itself of an index, on whatever node. */
const mayBeOfIndex = (answer: Answer): boolean => [403, 404].includes(answer.status) && answer.type.endsWith('json')

const unencrypted =
  'is named by the cluster without https, and user and password are configured for https: its property urlScheme must be https'

/** Servers that are equally good for a request, such as the nodes of a cluster. */
export class HttpNodes {
  /** As they were named. */
  readonly all: readonly HttpNode[]
  readonly #options: Omit<NodeOptions, 'url'>
  /** Of the first URL. */
  readonly #credentials: { readonly username: string; readonly password: string }
  /** There are credentials, and they are sent encrypted. */
  readonly #isSecret: boolean
  readonly #others = new Map<string, HttpNode>()
  readonly #awayUntil = new Map<HttpNode, number>()
  /** For each its own: a question before each request would keep either to the same nodes. */
  readonly #turns = { ask: 0, request: 0 }

  constructor(urls: readonly string[], options: Omit<NodeOptions, 'url'>) {
    this.#options = options
    const { username, password } = new URL(urls[0] as string)
    this.#credentials = { username, password }
    const isKnown = [username, password, options.user, options.password, options.apiKey].some((each) => each)
    this.#isSecret = isKnown && urls.some((each) => each.startsWith('https:'))
    this.all = urls.map((url) => new HttpNode({ ...options, url }))
  }

  /** Without users and passwords. */
  get urls(): readonly string[] {
    return this.all.map(({ url }) => url)
  }

  /**
   * Asks one of them, in turns, and the next where a request could not be sent. One that sent it away is left alone, until it
   * has answered a question. What was sent and not answered is not sent anew: whoever asks knows whether that is safe. Throws
   * HttpFault of the last one tried.
   */
  request(request: HttpRequest): Promise<Answer> {
    return this.#oneAfterAnother('request', request)
  }

  /**
   * Asks one of them, in turns, and the next where one does not answer soon, or sends it away: for what changes nothing and
   * needs no work. Where all do, what one of them answered, in JSON if any did.
   */
  ask(request: HttpRequest): Promise<Answer> {
    return this.#oneAfterAnother('ask', request)
  }

  async #oneAfterAnother(how: 'ask' | 'request', request: HttpRequest): Promise<Answer> {
    let answered: Answer | undefined
    let fault: unknown
    const refusing: HttpNode[] = []
    for (const node of this.#inOrder(how)) {
      const sentAt = performance.now()
      try {
        const answer = await node[how](request)
        const isAway = sentAway.includes(answer.status)
        if (!isAway && (!isRefused(answer) || (how === 'request' && mayBeOfIndex(answer)))) {
          this.#awayUntil.delete(node)
          // it is their own doing: where all say the same, none is left alone
          for (const each of refusing) this.#rest(each)
          return answer
        }
        if (answered === undefined || !mayBeJson(answered)) answered = answer
        if (how === 'ask' && !isAway) refusing.push(node)
        else this.#rest(node, performance.now() - sentAt)
        if (how === 'request') break
      } catch (error) {
        // it is there, or what went wrong is ours
        if (!(error instanceof HttpFault) || error instanceof AnswerTooLarge || request.signal?.aborted) throw error
        fault = error
        this.#rest(node, performance.now() - sentAt)
        if (how === 'request' && error.kind !== 'unsent') break
      }
    }
    if (answered !== undefined) return answered
    throw fault
  }

  /**
   * The node of a URL that one of them told: one of them, or another of the same cluster, asked as the first is. Throws
   * HttpFault where credentials would leave the encrypted way that was configured.
   */
  at(url: string): HttpNode {
    const known = this.all.find((node) => node.url === url) ?? this.#others.get(url)
    if (known !== undefined) return known
    if (this.#isSecret && !url.startsWith('https:')) throw new HttpFault('unsent', url, unencrypted, undefined)
    const other = new HttpNode({ ...this.#options, url: Object.assign(new URL(url), this.#credentials).href })
    this.#others.set(url, other)
    return other
  }

  async close(): Promise<void> {
    await Promise.all([...this.all, ...this.#others.values()].map((node) => node.close()))
  }

  #rest(node: HttpNode, waitedMs = 0): void {
    const ms = Math.min(mostRestMs, Math.max(restMs, restPerWait * waitedMs))
    this.#awayUntil.set(node, performance.now() + ms)
  }

  /**
   * Beginning with the next; those that were away, or may hang, last. What may break there is sent to one that was away only
   * when it has answered what may be asked twice.
   */
  #inOrder(how: 'ask' | 'request'): HttpNode[] {
    const turn = this.#turns[how]++ % this.all.length
    const order = [...this.all.slice(turn), ...this.all.slice(0, turn)]
    const now = performance.now()
    const isAway = (node: HttpNode) => {
      const until = this.#awayUntil.get(node)
      return node.isSlow || (until !== undefined && (how === 'request' || until > now))
    }
    return [...order.filter((node) => !isAway(node)), ...order.filter(isAway)]
  }
}
