import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A door in front of a server: closed, it breaks every connection and refuses new ones. */
export class Door {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #open = true

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
      inner.pipe(outer).pipe(inner)
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

  close(): void {
    this.set(false)
    this.#server.close()
  }
}
