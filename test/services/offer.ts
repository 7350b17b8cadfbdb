import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { isServerName, type ServerName, type StartedServer, type Tell } from './server.ts'
import { startServer } from './start-server.ts'

/** What a worker is told about the server it asked for. */
export type Answer = { url: string } | { absent: string }

/**
 * Offers the servers of a run to its workers: whoever connects to the port and sends a name is told an Answer as JSON,
 * and the first who asks starts the server. Closing gives back what was started.
 */
export async function offerServers(tell: Tell): Promise<{ port: number; close(): Promise<void> }> {
  const asked = new Map<ServerName, Promise<StartedServer>>()
  const door = createServer({ allowHalfOpen: true }, (socket) => answer(socket, asked, tell))
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  return {
    port: (door.address() as { port: number }).port,
    async close() {
      door.close()
      const started = await Promise.allSettled(asked.values())
      for (const result of started) if (result.status === 'fulfilled') await result.value.close()
    },
  }
}

async function answer(socket: Socket, asked: Map<ServerName, Promise<StartedServer>>, tell: Tell): Promise<void> {
  socket.on('error', () => {})
  const name = await text(socket)
  if (!isServerName(name)) return void socket.destroy()
  const server = asked.get(name) ?? startServer(name, tell)
  asked.set(name, server)
  const told: Answer = await server.then(
    ({ url }) => ({ url }),
    (error: Error) => ({ absent: error.message }),
  )
  socket.end(JSON.stringify(told))
}
