import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inject } from 'vitest'
import { stringify } from 'yaml'
import { type Config, loadConfig } from '../../src/config/load.ts'
import { applyTargets } from '../../src/ctl/apply-targets.ts'
import { type OpenedEngine, openTargetEngine } from '../../src/daemon/engines.ts'
import type { Engine } from '../../src/shards/engine.ts'
import { checkAtRest, type EngineContent, type Violation } from '../../src/state/audit/invariants.ts'
import { takeDuty } from '../../src/state/control/duty.ts'
import { migrate } from '../../src/state/migrate.ts'
import { openState, type State } from '../../src/state/open-state.ts'
import { testDatabase } from '../services/database.ts'
import { untilBlocked } from '../state/fixture.ts'

export const samples = resolve(import.meta.dirname, '../../samples/library')

export interface LibraryOptions {
  /** Parts of the configuration to replace, by top-level key. */
  readonly config?: Record<string, unknown>
  /** Reach the database by another URL, such as that of a proxy. */
  readonly through?: (url: string) => Promise<string>
  readonly engineThrough?: (url: string) => Promise<string>
  /** A second target, `second`: embedded, on an index of its own. */
  readonly second?: boolean
  /** Let the daemons take samples: they read tables that other tests lock. */
  readonly samples?: boolean
}

/** A library on a database and an index of its own: folder, configuration file, state, engine. */
export interface Library {
  readonly folder: string
  readonly configFile: string
  readonly config: Config
  readonly state: State
  /** Of target `main`. */
  readonly engine: Engine
  /** Of each target. */
  readonly engines: Readonly<Record<string, Engine>>
  /** Lays a folder of samples/library over it. */
  lay(part: string): void
  /**
   * Runs `work` while a table of the state database is locked against reading or writing: whoever tries waits, seen by
   * `blocked`. So a daemon stands still where the test wants it.
   */
  whileLocked<T>(
    table: string,
    against: 'reading' | 'writing',
    work: (blocked: () => Promise<void>) => Promise<T>,
  ): Promise<T>
  /** Ages leases, duties and delays by SQL, as if a lease had passed. */
  passLease(): Promise<void>
  /** Opens by SQL what breakers have suspended, as if their pause were over and all had answered. */
  closeBreakers(): Promise<void>
  /** The invariants at rest, for every item and target. */
  violations(): Promise<Violation[]>
  close(): Promise<void>
}

export async function openLibrary(options: LibraryOptions = {}): Promise<Library> {
  const { through = async (url) => url, engineThrough = async (url) => url } = options
  const folder = mkdtempSync(join(tmpdir(), 'slip-library-'))
  for (const part of ['pairtree', 'catalogue', 'rights']) mkdirSync(join(folder, part))
  const database = await testDatabase(inject('stateServer'))
  const index = await testDatabase()
  const second = options.second ? await testDatabase() : null
  const embedded = (url: string) => ({ engine: 'embedded', urls: [url], shards: 2, lease: '1m', overlap: '200s' })
  const configOf = (url: string, indexUrl: string) => ({
    database: { url },
    repository: { root: 'pairtree' },
    sources: {
      catalogue: { kind: 'records', files: ['catalogue/*.ndjson', 'catalogue/*_delete.txt'] },
      rights: { kind: 'hathifiles', files: ['rights/*.txt'] },
    },
    targets: { main: embedded(indexUrl), ...(second === null ? {} : { second: embedded(second.url) }) },
    indexer: { attempts: 1, environmentBackoff: '10m' },
    statistics: { queue: '1d', ledger: '1d' },
    log: { level: 'debug' },
    ...options.config,
  })
  const write = (name: string, url: string, indexUrl: string) => {
    const file = join(folder, name)
    writeFileSync(file, stringify(configOf(url, indexUrl)))
    return file
  }
  const config = loadConfig(write('direct.yaml', database.url, index.url))
  const configFile = write('slip.yaml', await through(database.url), await engineThrough(index.url))
  const state = await openState(config, { applicationName: 'test' })
  await migrate(state.db)
  for (const duty of options.samples ? [] : ['roll-up', 'sample', 'sample:ledger'])
    await takeDuty(state.db, duty, randomUUID(), 86_400_000)
  await applyTargets(config, state)
  const opened = new Map<string, OpenedEngine>()
  for (const target of Object.keys(config.targets)) opened.set(target, await openTargetEngine(config, state, target))
  const engines = Object.fromEntries([...opened].map(([target, { engine }]) => [target, engine]))
  const engine = engines.main as Engine
  return {
    folder,
    configFile,
    config,
    state,
    engine,
    engines,
    lay: (part) => {
      const from = join(samples, part)
      for (const name of ['pairtree', 'catalogue', 'rights']) {
        if (existsSync(join(from, name)))
          cpSync(join(from, name), join(folder, name), { recursive: true, preserveTimestamps: true })
      }
    },
    whileLocked: (table, against, work) =>
      state.db.transaction(async (tx) => {
        await tx.change(lockTable[tx.dialect](table, against))
        // asked outside the transaction, in which pg_stat_activity would not change
        const answer = await work(() => untilBlocked(state.db))
        if (tx.dialect === 'mysql') await tx.change('UNLOCK TABLES')
        return answer
      }),
    passLease: async () => {
      await state.db.query(`UPDATE slip_claim SET lease_until = lease_until - INTERVAL '61' SECOND`)
      await state.db.query(`UPDATE slip_duty SET until = until - INTERVAL '61' SECOND`)
      await state.db.query(`UPDATE slip_queue SET available_at = CURRENT_TIMESTAMP(6) WHERE state = 2`)
    },
    closeBreakers: async () => {
      await state.db.query('DELETE FROM slip_breaker')
    },
    violations: async () => {
      const found: Violation[] = []
      for (const [target, each] of Object.entries(engines))
        found.push(...(await checkAtRest(state.db, target, contentOf(each, 2))))
      return found
    },
    close: async () => {
      for (const { close } of opened.values()) await close()
      await state.close()
      await database.drop()
      await index.drop()
      await second?.drop()
      rmSync(folder, { recursive: true })
    },
  }
}

const lockTable = {
  postgres: (table: string, against: 'reading' | 'writing') =>
    `LOCK TABLE ${table} IN ${against === 'reading' ? 'ACCESS EXCLUSIVE' : 'EXCLUSIVE'} MODE`,
  mysql: (table: string, against: 'reading' | 'writing') =>
    `LOCK TABLES ${table} ${against === 'reading' ? 'WRITE' : 'READ'}`,
}

/** Everything an engine holds, shard by shard. */
export async function* contentOf(engine: Engine, shards: number): AsyncGenerator<EngineContent> {
  for (let shard = 1; shard <= shards; shard++) {
    await engine.commit(shard, 'visible')
    for (let after = ''; ; ) {
      const held = await engine.scan(shard, after, 1_000)
      for (const { id, rev, fence, digest } of held) yield { shard, id, rev, fence, digest }
      if (held.length < 1_000) break
      after = held.at(-1)?.id ?? ''
    }
  }
}
