import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server, at the same URL but for host and port, whose connections can be cut. */
export interface CuttableProxy {
  readonly url: string
  /** Resolves when every connection has ended. */
  cut(): Promise<void>
  close(): Promise<void>
}

/** Where the way breaks by itself: after so many bytes that the server sent on a connection, by a reset or an orderly end. */
export interface Break {
  readonly bytes: number
  readonly by: 'reset' | 'end'
}

export async function cuttableProxy(url: string, breaks: Break | null = null): Promise<CuttableProxy> {
  const { hostname, port, protocol } = new URL(url)
  const standard = protocol === 'mysql:' ? 3306 : 5432
  const sockets = new Set<Socket>()
  const server = createServer((incoming) => {
    const outgoing = connect(Number(port) || standard, hostname)
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy()).on('close', () => sockets.delete(one))
      if (one === incoming || breaks === null) one.pipe(other)
    }
    if (breaks !== null) passUpTo(breaks, outgoing, incoming)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxied = new URL(url)
  proxied.hostname = '127.0.0.1'
  proxied.port = String((server.address() as AddressInfo).port)
  const cut = async () => {
    const closed = [...sockets].map((socket) => once(socket, 'close'))
    for (const socket of sockets) socket.destroy()
    await Promise.all(closed)
  }
  return {
    url: proxied.href,
    cut,
    close: async () => {
      await cut()
      server.close()
      await once(server, 'close')
    },
  }
}

function passUpTo({ bytes, by }: Break, outgoing: Socket, incoming: Socket): void {
  let left = bytes
  outgoing.on('end', () => incoming.end())
  outgoing.on('data', (answer: Buffer) => {
    if (left <= 0) return
    incoming.write(answer.subarray(0, left))
    left -= answer.length
    if (left > 0) return
    if (by === 'end') incoming.end()
    else incoming.resetAndDestroy()
    outgoing.destroy()
  })
}
