import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../src/config/package-root.ts'
import { acquireServer, type EmbeddedServer, removeServerFiles } from '../../src/embedded-postgres/server.ts'

/** Where benchmarks keep what they need while they run. What a killed one left is removed by the next. */
const benchFolder = join(packageRoot, '.slip/bench')

/** An empty folder for `work`, with a PostgreSQL in it as durable as in production; both are removed afterwards. */
export async function withServer<T>(work: (folder: string, server: EmbeddedServer) => Promise<T>): Promise<T> {
  const folder = await emptyBenchFolder('server')
  const server = await acquireServer(folder)
  try {
    return await work(folder, server)
  } finally {
    await server.release()
    await emptyBenchFolder('server')
  }
}

/** An empty folder below that of the benchmarks; a server that was left in it, or in `cluster` of it, is ended. */
export async function emptyBenchFolder(name: string, cluster = ''): Promise<string> {
  const folder = join(benchFolder, name)
  await removeServerFiles(join(folder, cluster))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}
