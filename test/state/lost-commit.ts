import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server on which, when armed, the answer to the next COMMIT is lost: done, but nobody hears of it. */
export class LostCommit {
  readonly #server: ReturnType<typeof createServer>
  readonly #sockets = new Set<Socket>()
  readonly #isPostgres: boolean
  #armed = false
  #orNaming: string | null = null
  #lost = 0

  private constructor(target: URL) {
    this.#isPostgres = target.protocol === 'postgres:'
    this.#server = createServer((inner) => {
      const outer = connect(Number(target.port), target.hostname)
      let losing = false
      for (const socket of [inner, outer]) {
        this.#sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => {
          this.#sockets.delete(socket)
          inner.destroy()
          outer.destroy()
        })
      }
      inner.on('data', (data) => {
        if (this.#armed && this.#commits(data)) {
          this.#armed = false
          losing = true
        }
        outer.write(data)
      })
      outer.on('data', (data) => {
        if (!losing) return void inner.write(data)
        this.#lost++
        inner.destroy()
      })
    })
  }

  /** Resolves with the door and the URL that leads through it. */
  static async to(url: string): Promise<{ door: LostCommit; url: string }> {
    const target = new URL(url)
    const door = new LostCommit(target)
    door.#server.listen(0, '127.0.0.1')
    await once(door.#server, 'listening')
    const through = Object.assign(new URL(url), { port: String((door.#server.address() as AddressInfo).port) })
    return { door, url: through.href }
  }

  /**
   * The next COMMIT, of whichever connection, is answered to nobody; on PostgreSQL, where a transition may be one
   * statement that commits by itself, also the next one that names `orNaming`.
   */
  arm(orNaming: string | null = null): void {
    this.#armed = true
    this.#orNaming = orNaming
  }

  /** How many answers were lost. */
  get lost(): number {
    return this.#lost
  }

  #commits(data: Buffer): boolean {
    return isCommit(data) || (this.#isPostgres && this.#orNaming !== null && data.includes(this.#orNaming))
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}

/** The whole message, on PostgreSQL or MySQL: BEGIN … READ COMMITTED is another. */
const isCommit = (data: Buffer) => data.includes('COMMIT\0') || data.subarray(5).equals(Buffer.from('COMMIT'))
