import { absent } from '../server-url.ts'
import { type OpenSearchInstance, startInstance } from './instance.ts'
import type { OpenSearchServer } from './releases.ts'
import type { Settings } from './settings.ts'

/**
 * An instance of a test file, for tests that kill it or need settings of their own; `close` it in afterAll.
 * @throws ServerAbsent when it cannot be had; in CI an Error
 */
export async function privateOpenSearch(
  server: OpenSearchServer,
  settings: Settings = {},
): Promise<OpenSearchInstance> {
  try {
    return await startInstance(server, settings, (line) => console.log(`${server}: ${line}`))
  } catch (error) {
    throw absent(`${server}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
