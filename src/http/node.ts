import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Pool } from 'undici'
import type { Answer } from './answer.ts'
import { AnswerTooLarge, faultOf, HttpFault } from './fault.ts'

export interface NodeOptions {
  /** http:// or https://, with a path where the server is not at the root; user and password here or in `user`, `password`. */
  readonly url: string
  readonly user?: string
  readonly password?: string
  /** `Authorization: ApiKey …` instead of user and password. */
  readonly apiKey?: string
  /** PEM of the authorities that may have signed the server's certificate; without it those of Node. */
  readonly ca?: string
  /** Connections at a time, and so requests. */
  readonly connections: number
  /** Compress bodies above a few KiB: worth it where the network is slower than the CPU. */
  readonly compress: boolean
  readonly connectMs: number
  /** Until the first byte of an answer. */
  readonly headersMs: number
  /** Between two bytes of an answer. */
  readonly bodyMs: number
  /** An answer of more bytes is a fault; default: 64 MiB, more than an engine answers to what SLIP asks. */
  readonly mostBytes?: number
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Below the node's URL, with the query, encoded; begins with /. */
  readonly path: string
  readonly body?: Buffer | readonly Buffer[]
  readonly type?: string
  /** Instead of the node's. */
  readonly headersMs?: number
  readonly signal?: AbortSignal
}

/** A page of a scan has 10,000 lines. */
const mostBytes = 64 << 20
export const worthCompressing = 4096
/** Until the first byte of an answer that needs no work. */
const mostQuickMs = 10_000
const compressed = promisify(gzip)

/** One server of an engine, and the connections to it. Follows no redirect: credentials go to the host they are for. */
export class HttpNode {
  /** Without user and password. */
  readonly url: string
  readonly #pool: Pool
  readonly #base: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #compress: boolean
  readonly #mostBytes: number
  /** See `ask`; milliseconds. */
  readonly quickMs: number
  /** When each was sent that has no answer yet, the oldest first. */
  readonly #unanswered = new Set<{ readonly at: number }>()

  /** Throws TypeError for a URL that is none. */
  constructor(options: NodeOptions) {
    const url = new URL(options.url)
    const user = options.user ?? decodeURIComponent(url.username)
    const password = options.password ?? decodeURIComponent(url.password)
    this.#base = url.pathname.replace(/\/+$/, '')
    this.url = url.origin + this.#base
    this.#compress = options.compress
    this.#mostBytes = options.mostBytes ?? mostBytes
    this.quickMs = Math.min(options.headersMs, mostQuickMs)
    this.#headers = { accept: 'application/json', ...authorization(options.apiKey, user, password) }
    this.#pool = new Pool(url.origin, {
      connections: options.connections,
      pipelining: 1,
      // over HTTP/2 all share one connection, which a question without an answer in time would break under the posts
      allowH2: false,
      headersTimeout: options.headersMs,
      bodyTimeout: options.bodyMs,
      connect: { timeout: options.connectMs, ...(options.ca === undefined ? {} : { ca: options.ca }) },
    })
  }

  /** Whether it owes an answer for so long that it may hang. */
  get isSlow(): boolean {
    const [oldest] = this.#unanswered
    return oldest !== undefined && performance.now() - oldest.at > this.quickMs
  }

  /** The same as `request` for what a server that does not hang answers at once. */
  ask(request: HttpRequest): Promise<Answer> {
    return this.request({ headersMs: this.quickMs, ...request })
  }

  /** The whole answer, whatever its status. Throws HttpFault. */
  async request(request: HttpRequest): Promise<Answer> {
    const sent = { at: performance.now() }
    this.#unanswered.add(sent)
    try {
      return await this.#send(request)
    } finally {
      this.#unanswered.delete(sent)
    }
  }

  async #send({ method, path, body, type, headersMs, signal }: HttpRequest): Promise<Answer> {
    const url = this.url + path
    try {
      const sent = await this.#bodyOf(body)
      const {
        statusCode,
        headers,
        body: stream,
      } = await this.#pool.request({
        method,
        path: this.#base + path,
        body: sent.body,
        headers: {
          ...this.#headers,
          ...(type === undefined ? {} : { 'content-type': type }),
          ...(sent.isCompressed ? { 'content-encoding': 'gzip' } : {}),
          ...(sent.length === null ? {} : { 'content-length': String(sent.length) }),
        },
        ...(headersMs === undefined ? {} : { headersTimeout: headersMs }),
        ...(signal === undefined ? {} : { signal }),
      })
      return {
        status: statusCode,
        type: mediaType(headers['content-type']),
        retryAfter: secondsOf(headers['retry-after']),
        body: await wholeOf(stream, {
          announced: Number(first(headers['content-length']) ?? 0),
          most: this.#mostBytes,
          tooLarge: () => new AnswerTooLarge(url, this.#mostBytes),
        }),
        url,
      }
    } catch (error) {
      throw error instanceof HttpFault ? error : faultOf(url, error)
    }
  }

  /** Whether a body is sent compressed. */
  compresses(body: HttpRequest['body']): boolean {
    return this.#compress && partsOf(body).reduce((sum, part) => sum + part.length, 0) >= worthCompressing
  }

  /** Ends the connections; what is under way fails. */
  close(): Promise<void> {
    return this.#pool.destroy()
  }

  /** What is sent part by part is never held twice; it needs to be told its length. */
  async #bodyOf(body: HttpRequest['body']): Promise<Sent> {
    if (body === undefined) return { body: null, length: null, isCompressed: false }
    const parts = partsOf(body)
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    if (this.compresses(body))
      return { body: await compressed(Buffer.concat(parts), { level: 1 }), length: null, isCompressed: true }
    return parts.length === 1
      ? { body: parts[0] as Buffer, length: null, isCompressed: false }
      : { body: Readable.from(parts, { objectMode: false }), length, isCompressed: false }
  }
}

const partsOf = (body: HttpRequest['body'] = []): readonly Buffer[] => (Buffer.isBuffer(body) ? [body] : body)

interface Sent {
  readonly body: Buffer | Readable | null
  readonly length: number | null
  readonly isCompressed: boolean
}

function authorization(apiKey: string | undefined, user: string, password: string): Record<string, string> {
  if (apiKey !== undefined) return { authorization: `ApiKey ${apiKey}` }
  if (user === '' && password === '') return {}
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

type Header = string | string[] | undefined
const first = (header: Header): string | undefined => (Array.isArray(header) ? header[0] : header)

const mediaType = (header: Header): string => (first(header)?.split(';')[0] ?? '').trim().toLowerCase()

/** Seconds, or the seconds until a date. */
function secondsOf(header: Header): number | null {
  const text = first(header)
  if (text === undefined) return null
  if (/^\d{1,6}$/.test(text)) return Number(text)
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}

interface Bound {
  /** Bytes that are said to come; 0 = nothing is said. */
  readonly announced: number
  readonly most: number
  readonly tooLarge: () => HttpFault
}

async function wholeOf(
  stream: AsyncIterable<Buffer> & { on(event: 'error', listener: () => void): unknown; destroy(): unknown },
  { announced, most, tooLarge }: Bound,
): Promise<Buffer> {
  const refuse = () => {
    // it is told by what is thrown
    stream.on('error', () => undefined)
    stream.destroy()
    return tooLarge()
  }
  if (announced > most) throw refuse()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > most) throw refuse()
    chunks.push(chunk)
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}
