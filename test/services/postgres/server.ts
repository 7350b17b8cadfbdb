import { join } from 'node:path'
import { withClient } from '../../../src/embedded-postgres/database.ts'
import { acquireServer, removeServerFiles } from '../../../src/embedded-postgres/server.ts'
import { asSlipError } from '../../../src/errors/slip-error.ts'
import type { StartedServer } from '../server.ts'

/** One folder per checkout: initdb is paid once, and runs at the same time share the server. */
const FOLDER = join(import.meta.dirname, '../../../.slip/test/postgres')

/** The PostgreSQL of npm. The last run that uses it stops it, and removes it where it lies outside the checkout. */
export async function startPostgres(): Promise<StartedServer> {
  let relocated: string | undefined
  const server = await acquireServer(FOLDER, {
    durable: false,
    onRelocated: (folder) => {
      relocated = folder
    },
  })
  const url = server.url('postgres')
  return {
    url,
    described: `the embedded PostgreSQL ${await version(url)} of npm on 127.0.0.1:${server.port}, data in ${relocated ?? FOLDER}`,
    async close() {
      await server.release()
      if (relocated !== undefined) await removeServerFiles(FOLDER).catch(ignoreLocked)
    },
  }
}

async function version(url: string): Promise<string> {
  const { rows } = await withClient(url, (client) => client.query<{ server_version: string }>('SHOW server_version'))
  return rows[0]?.server_version ?? ''
}

/** Another run uses the server: that one removes it. */
function ignoreLocked(error: unknown): void {
  if (asSlipError(error).code !== 'LOCKED') throw error
}
