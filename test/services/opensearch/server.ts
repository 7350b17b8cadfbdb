import type { StartedServer, Tell } from '../server.ts'
import { identify } from './identify.ts'
import { startInstance } from './instance.ts'
import { type OpenSearchServer, releases } from './releases.ts'

export const startOpenSearch =
  (server: OpenSearchServer) =>
  async (tell: Tell): Promise<StartedServer> => {
    const variable = `SLIP_TEST_${server.toUpperCase()}_URL`
    const url = process.env[variable]
    if (url !== undefined) return namedServer(server, variable, url)
    return startInstance(server, {}, tell)
  }

/** A server of the person who runs the tests: only our indices in it are ours. */
async function namedServer(server: OpenSearchServer, variable: string, url: string): Promise<StartedServer> {
  const { host } = new URL(url)
  const version = await identify(url, releases[server].major).catch((error: Error) => {
    throw new Error(`the server of ${variable} at ${host} is of no use: ${error.message}`)
  })
  return { url, described: `OpenSearch ${version} at ${host}, named by ${variable}`, close: async () => {} }
}
