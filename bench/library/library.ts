import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { applyTargets } from '../../src/ctl/apply-targets.ts'
import { ensureDatabase } from '../../src/embedded-postgres/database.ts'
import type { EmbeddedServer } from '../../src/embedded-postgres/server.ts'
import { type Progress, readProgress } from '../../src/state/audit/progress.ts'
import type { Database } from '../../src/state/connection.ts'
import { migrate } from '../../src/state/migrate.ts'
import { openState } from '../../src/state/open-state.ts'
import type { Stored } from './volumes.ts'

/** What stands in the configuration besides databases. */
export interface LibraryFiles {
  readonly repository: Stored
  readonly sources: Readonly<Record<string, unknown>>
  readonly rights?: { readonly default: number }
  readonly log?: { readonly level: 'debug' }
}

export interface BenchLibrary {
  readonly configFile: string
  readonly db: Database
  progress(): Promise<Progress>
  close(): Promise<void>
}

export const shards = 2
let made = 0

/**
 * A library on new databases, migrated and with an empty index, as at the first start of the daemons.
 * @param targets what the configuration says of them; without, the embedded engine on a database beside
 */
export async function newLibrary(
  folder: string,
  server: EmbeddedServer,
  files: LibraryFiles,
  targets?: Readonly<Record<string, unknown>>,
): Promise<BenchLibrary> {
  const database = `bench_${++made}`
  await ensureDatabase(server, database)
  const configFile = join(folder, 'slip.yaml')
  const config = {
    ...files,
    database: { url: server.url(database) },
    targets: targets ?? { main: { engine: 'embedded', urls: [server.url(`${database}_index`)], shards } },
    // an item in error is at rest
    indexer: { attempts: 1 },
  }
  writeFileSync(configFile, stringify(config), { mode: 0o600 })
  const settings = loadConfig(configFile)
  const state = await openState(settings, { applicationName: 'slip-bench' })
  await migrate(state.db)
  await applyTargets(settings, state)
  return { configFile, db: state.db, progress: () => readProgress(state.db, 'main'), close: () => state.close() }
}
