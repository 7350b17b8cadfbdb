import { once } from 'node:events'
import { type IncomingHttpHeaders, request, type ServerResponse } from 'node:http'
import { type Asked, type Loopback, loopback, type TlsKey } from '../shards/http/loopback.ts'

/** A whole answer of the server behind a proxy. */
export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A request that a fault has in hand. */
export interface Exchange {
  readonly asked: Asked
  /** To who asked. */
  readonly response: ServerResponse
  /** Sends the request to the server, and resolves with all that it says; rejects when that is nothing. */
  pass(): Promise<Answered>
}

/** Does with a request, and with its answer, what a network or another program would. */
export type HttpMeddling = (exchange: Exchange) => unknown

export type Matches = (asked: Asked) => boolean

/** A fault that lies in wait. */
export interface Strike {
  /** How many requests it has struck. */
  readonly count: number
  /** Resolves when the first is struck. */
  readonly struck: Promise<void>
  end(): void
}

interface Waiting {
  readonly matches: Matches
  readonly meddling: HttpMeddling
  left: number
  count: number
  readonly strike: () => void
}

/**
 * A proxy in front of a real Solr, OpenSearch or Elasticsearch. What no fault strikes passes through, headers and all. Where
 * the server tells its own URL, as the nodes of a SolrCloud do, that of the proxy is told.
 */
export class HttpProxy {
  readonly #server: Loopback
  readonly #path: string
  readonly #waiting: Waiting[]

  private constructor(server: Loopback, path: string, waiting: Waiting[]) {
    this.#server = server
    this.#path = path
    this.#waiting = waiting
  }

  /** One in front of a server. With a key it speaks https. */
  static async before(url: string, key?: TlsKey): Promise<HttpProxy> {
    const [proxy] = await HttpProxy.beforeAll([url], key)
    return proxy as HttpProxy
  }

  /** One in front of each node of a cluster, in their order. */
  static async beforeAll(urls: readonly string[], key?: TlsKey): Promise<HttpProxy[]> {
    const told = new Map<string, string>()
    const proxies: HttpProxy[] = []
    for (const url of urls) {
      const { origin, pathname } = new URL(url)
      const waiting: Waiting[] = []
      const server = await loopback((asked, response) => meddle({ origin, told, waiting }, asked, response), key)
      const proxy = new HttpProxy(server, pathname === '/' ? '' : pathname, waiting)
      told.set(origin + proxy.#path, proxy.url)
      proxies.push(proxy)
    }
    return proxies
  }

  /** As the server's, through the proxy. */
  get url(): string {
    return this.#server.url + this.#path
  }

  /** The latest. */
  get asked(): readonly Asked[] {
    return this.#server.asked
  }

  /** The next requests that match are struck, so many of them or until it ends. Of several faults the latest strikes. */
  strike(matches: Matches, meddling: HttpMeddling, times = Number.POSITIVE_INFINITY): Strike {
    const { promise, resolve } = Promise.withResolvers<void>()
    const one: Waiting = { matches, meddling, left: times, count: 0, strike: resolve }
    this.#waiting.push(one)
    return {
      get count() {
        return one.count
      },
      struck: promise,
      end: () => {
        one.left = 0
      },
    }
  }

  /** Ends all faults. */
  heal(): void {
    for (const one of this.#waiting.splice(0)) one.left = 0
  }

  /** Breaks every connection; new ones are let through. */
  cut(): void {
    this.#server.cut()
  }

  close(): Promise<void> {
    return this.#server.close()
  }
}

interface Behind {
  readonly origin: string
  readonly told: ReadonlyMap<string, string>
  readonly waiting: readonly Waiting[]
}

async function meddle({ origin, told, waiting }: Behind, asked: Asked, response: ServerResponse): Promise<void> {
  const pass = () => ask(origin, asked).then((answered) => retold(answered, told))
  const one = waiting.findLast(({ left, matches }) => left > 0 && matches(asked))
  const meddling = one?.meddling ?? passThrough
  if (one !== undefined) {
    one.left--
    one.count++
    one.strike()
  }
  try {
    await meddling({ asked, response, pass })
  } catch {
    // the server was not there, or broke off: so does the proxy
    response.destroy()
  }
}

const passThrough: HttpMeddling = async ({ pass, response }) => send(response, await pass())

export function send(response: ServerResponse, { status, headers, body }: Answered): void {
  response.writeHead(status, headersOf(headers, body)).end(body)
}

/** Of an answer that is sent whole. */
export function headersOf(headers: IncomingHttpHeaders, body: Buffer): IncomingHttpHeaders {
  const { connection, 'keep-alive': _, 'transfer-encoding': __, ...rest } = headers
  return { ...rest, 'content-length': String(body.length) }
}

/** Each request has a connection of its own: none that the server is about to close. */
async function ask(origin: string, { method, path, headers, body }: Asked): Promise<Answered> {
  const asking = request(origin + path, {
    method,
    agent: false,
    headers: { ...headers, host: new URL(origin).host, connection: 'close' },
  })
  asking.end(body)
  const [answer] = await once(asking, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }
}

function retold(answered: Answered, told: ReadonlyMap<string, string>): Answered {
  let { body } = answered
  for (const [url, through] of told)
    if (body.includes(url)) body = Buffer.from(body.toString().replaceAll(url, through))
  return { ...answered, body }
}
