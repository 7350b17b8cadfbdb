import { orAbsent } from '../server-url.ts'
import { type SearchInstance, startInstance } from './instance.ts'
import type { Settings } from './launch.ts'
import type { SearchServer } from './releases.ts'

/**
 * An instance of a test file, for tests that kill it or need settings of their own; `close` it in afterAll.
 * @throws ServerAbsent when it cannot be had; in CI an Error
 */
export const privateOpenSearch = (server: SearchServer, settings: Settings = {}): Promise<SearchInstance> =>
  orAbsent(server, (tell) => startInstance(server, settings, tell))
