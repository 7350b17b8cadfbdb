import type { TestProject } from 'vitest/node'
import { offerServers } from './offer.ts'
import type { DatabaseServer } from './server.ts'

/** Runs once around a whole vitest run. Nothing is started here: a server starts when the first test file asks for it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await offerServers((line) => console.log(line))
  project.provide('serversPort', servers.port)
  return () => servers.close()
}

declare module 'vitest' {
  interface ProvidedContext {
    serversPort: number
    /** Server of the state database: the tests of test/state run once for each. */
    stateServer: DatabaseServer
  }
}
