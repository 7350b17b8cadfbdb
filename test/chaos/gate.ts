import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

interface Pair {
  readonly inner: Socket
  readonly outer: Socket
}

/** A client's connection whose first BEGIN has been kept back. */
export interface HeldConnection {
  /** Lets through what was kept back. */
  release(): void
}

const commit = /COMMIT(?!TED)/
const begin = /BEGIN/

/**
 * A gate between one daemon and a server, that knows enough of the protocols to cut a connection at the worst moments:
 * before a COMMIT arrives, and after it was carried out but before the client hears of it.
 */
export class Gate {
  readonly port: number
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  readonly #delayMs: number
  #atCommit: { readonly when: 'before' | 'after'; readonly cut: () => void } | null = null
  #atBegin: ((held: HeldConnection) => void) | null = null

  private constructor(server: Server, port: number, delayMs: number) {
    this.#server = server
    this.port = port
    this.#delayMs = delayMs
  }

  /** A gate in front of a port of 127.0.0.1. `delayMs`: how much later an answer comes, as over a network. */
  static async before(port: number, delayMs: number): Promise<Gate> {
    const server = createServer((inner) => gate.#join(inner, port))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const gate: Gate = new Gate(server, (server.address() as { port: number }).port, delayMs)
    return gate
  }

  /** A URL of the server, through this gate. */
  through(url: string): string {
    const through = new URL(url)
    through.port = String(this.port)
    return through.href
  }

  /** Breaks every connection; new ones are let through. */
  cut(): void {
    for (const { inner, outer } of this.#pairs) {
      inner.destroy()
      outer.destroy()
    }
  }

  /** The next COMMIT breaks its connection; resolves when it has. `stop` gives up waiting. */
  async cutAtCommit(when: 'before' | 'after', stop: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#atCommit = { when, cut: () => resolve(true) }
    stop.addEventListener('abort', () => resolve(false))
    const done = await promise
    this.#atCommit = null
    return done
  }

  /** Keeps back the next BEGIN and all that follows it on its connection. `stop` gives up waiting: null. */
  async holdAtBegin(stop: AbortSignal): Promise<HeldConnection | null> {
    const { promise, resolve } = Promise.withResolvers<HeldConnection | null>()
    this.#atBegin = resolve
    stop.addEventListener('abort', () => resolve(null))
    const held = await promise
    this.#atBegin = null
    return held
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #join(inner: Socket, port: number): void {
    const outer = connect(port, '127.0.0.1')
    const pair = { inner, outer }
    this.#pairs.add(pair)
    let keptBack: Buffer[] | null = null
    let deaf = false
    inner.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1')
      if (keptBack === null && this.#atBegin !== null && begin.test(text)) {
        keptBack = []
        const release = () => {
          for (const each of keptBack ?? []) outer.write(each)
          keptBack = null
        }
        this.#atBegin({ release })
      }
      if (keptBack !== null) return void keptBack.push(chunk)
      const at = this.#atCommit
      if (at !== null && commit.test(text)) {
        this.#atCommit = null
        if (at.when === 'before') return destroyBoth(pair, at.cut)
        deaf = true
        outer.once('data', () => destroyBoth(pair, at.cut))
      }
      outer.write(chunk)
    })
    outer.on('data', (chunk: Buffer) => {
      if (deaf) return
      if (this.#delayMs === 0) inner.write(chunk)
      else setTimeout(() => inner.write(chunk), this.#delayMs)
    })
    for (const socket of [inner, outer]) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#pairs.delete(pair)
        inner.destroy()
        outer.destroy()
      })
    }
  }
}

function destroyBoth({ inner, outer }: Pair, done: () => void): void {
  inner.destroy()
  outer.destroy()
  done()
}
