import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * A door in front of a server: closed, it breaks every connection and refuses new ones; held, it lets nothing through and
 * breaks nothing; one that is to break over words breaks each connection that carries them to the server.
 */
export class Door {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #open = true
  #words: readonly string[] = []
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #held = false

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
  }

  /** Resolves with a door and the URL that leads through it. */
  static async to(url: string): Promise<{ door: Door; url: string }> {
    const { hostname, port } = new URL(url)
    const server = createServer((inner) => {
      if (!door.#open) return void inner.destroy()
      const outer = connect(Number(port), hostname)
      for (const socket of [inner, outer]) {
        door.#sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => {
          door.#sockets.delete(socket)
          inner.destroy()
          outer.destroy()
        })
      }
      inner.on('data', (bytes) => {
        if (door.#words.some((words) => bytes.includes(words))) inner.destroy()
      })
      const pair = [inner, outer] as const
      door.#pairs.add(pair)
      inner.on('close', () => door.#pairs.delete(pair))
      inner.pipe(outer).pipe(inner)
      if (door.#held) stop(pair)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const door: Door = new Door(server, typeof address === 'object' && address ? address.port : 0)
    const through = new URL(url)
    through.port = String(door.port)
    return { door, url: through.href }
  }

  set(open: boolean): void {
    this.#open = open
    if (!open) for (const socket of this.#sockets) socket.destroy()
  }

  hold(held: boolean): void {
    this.#held = held
    for (const pair of this.#pairs) {
      const [inner, outer] = pair
      if (held) stop(pair)
      else inner.pipe(outer).pipe(inner)
    }
  }

  /** Over any of these words; without any, over none. */
  breakOver(...words: readonly string[]): void {
    this.#words = words
  }

  close(): void {
    this.set(false)
    this.#server.close()
  }
}

function stop([inner, outer]: readonly [Socket, Socket]): void {
  inner.unpipe(outer).pause()
  outer.unpipe(inner).pause()
}
