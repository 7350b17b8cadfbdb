import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server, at the same URL but for host and port, whose connections can be cut. */
export interface CuttableProxy {
  readonly url: string
  /** Resolves when every connection has ended. */
  cut(): Promise<void>
  close(): Promise<void>
}

export async function cuttableProxy(url: string): Promise<CuttableProxy> {
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
      one.pipe(other)
    }
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
