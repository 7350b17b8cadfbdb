import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { withClient } from '../../src/embedded-postgres/database.ts'
import { acquireServer, type EmbeddedServer, removeServerFiles } from '../../src/embedded-postgres/server.ts'
import { asSlipError } from '../../src/errors/slip-error.ts'

/** One folder per checkout: initdb is paid once, and runs at the same time share the server. */
const FOLDER = join(import.meta.dirname, '../../.slip/test/postgres')

/**
 * Offers the cluster of this run to the workers: whoever connects to the port is told a URL, and the first who asks
 * starts the server. Closing gives the cluster back; the last run that uses it stops it, and removes it where it lies outside the checkout.
 */
export async function offerPostgres(): Promise<{ port: number; close(): Promise<void> }> {
  let server: Promise<EmbeddedServer> | undefined
  let relocated = false
  const door = createServer((socket) => {
    server ??= start(() => {
      relocated = true
    })
    tell(socket, server)
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  return {
    port: (door.address() as { port: number }).port,
    async close() {
      door.close()
      await (await server)?.release()
      if (relocated) await removeServerFiles(FOLDER).catch(ignoreLocked)
    },
  }
}

async function start(onRelocated: () => void): Promise<EmbeddedServer> {
  const server = await acquireServer(FOLDER, { durable: false, onRelocated })
  await dropLeftovers(server)
  return server
}

/** Another run uses the server: that one removes it. */
function ignoreLocked(error: unknown): void {
  if (asSlipError(error).code !== 'LOCKED') throw error
}

async function tell(socket: Socket, server: Promise<EmbeddedServer>): Promise<void> {
  socket.on('error', () => {})
  try {
    socket.end(JSON.stringify({ url: (await server).url('postgres') }))
  } catch (error) {
    socket.end(JSON.stringify({ error: String(error) }))
  }
}

/** Databases of runs that were killed: nobody is connected, and the worker whose pid their name tells is gone. */
async function dropLeftovers(server: EmbeddedServer): Promise<void> {
  await withClient(server.url('postgres'), async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      `SELECT datname FROM pg_database d WHERE datname LIKE 'test\\_%'
       AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = d.datname)`,
    )
    for (const { datname } of rows) {
      if (!isAlive(Number(datname.split('_')[1]))) await client.query(`DROP DATABASE IF EXISTS ${datname}`)
    }
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
