import { documentSchemaVersion as schemaVersion } from '../../src/daemon/targets.ts'
import type { Database, Dialect } from '../../src/state/connection.ts'
import { applyTarget } from '../../src/state/control/target.ts'
import { registerWorker } from '../../src/state/control/worker.ts'
import { openDatabase } from '../../src/state/database.ts'
import { migrate } from '../../src/state/migrate.ts'
import type { Servers } from './servers.ts'

/** A state database of a benchmark, migrated, with targets of twelve shards. */
export interface BenchState {
  readonly db: Database
  readonly url: string
  /** Token of a registered slip-index. */
  readonly worker: string
}

export const shardCount = 12

/** What figures call the servers. */
export const serverNames: Readonly<Record<Dialect, string>> = { postgres: 'PostgreSQL', mysql: 'MariaDB' }

/** Of its leases and of its overlap. */
export const hour = 3_600_000

/** Opens a new state for `work`. */
export async function withState<T>(
  servers: Servers,
  dialect: Dialect,
  work: (state: BenchState) => Promise<T>,
  targets: readonly string[] = ['main'],
): Promise<T> {
  const { url, drop } = await servers.newDatabase(dialect)
  const db = await openDatabase({ url, applicationName: 'slip-bench', poolSize: 12 })
  try {
    await migrate(db)
    for (const name of targets) {
      const target = { name, engine: 'embedded', schemaVersion, shards: shardCount, lease: hour, overlap: hour }
      await db.transaction((tx) => applyTarget(tx, target))
    }
    const who = { stage: 'index', host: 'bench', pid: process.pid, bootId: 'bench', codeVersion: '0.1.0' }
    return await work({ db, url, worker: await registerWorker(db, who) })
  } finally {
    await db.close()
    await drop()
  }
}
