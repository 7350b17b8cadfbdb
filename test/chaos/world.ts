import type { Config } from '../../src/config/load.ts'
import type { Engine } from '../../src/shards/engine.ts'
import type { State } from '../../src/state/open-state.ts'
import type { Clock } from './clock.ts'
import type { Daemon, Host } from './daemons.ts'
import type { ChaosIndex } from './indexes/chaos-index.ts'
import type { Journal } from './journal.ts'
import type { Library } from './library/library.ts'
import type { Platform } from './platform.ts'
import type { Requests } from './requests.ts'
import type { PrivateServer } from './servers/server.ts'

/** State databases whose server can be killed and set back here. */
export const chaosDatabases = ['postgres', 'mariadb'] as const
export type ChaosDatabase = (typeof chaosDatabases)[number]

/** All that a fault may strike. */
export interface World {
  readonly platform: Platform
  readonly folder: string
  readonly library: Library
  readonly config: Config
  readonly configFile: string
  /** The server of the state database. */
  readonly server: PrivateServer
  /** By which the state database lives; null = the machine's. */
  readonly serverClock: Clock | null
  readonly index: ChaosIndex
  /** Straight to the state database, past all gates. */
  readonly state: State
  readonly engine: Engine
  readonly hosts: readonly Host[]
  readonly daemons: readonly Daemon[]
  readonly requests: Requests
  readonly journal: Journal
  readonly tell: (line: string) => void
}

export const target = 'main'
export const shards = 2
export const databaseName = 'slip'
export const indexName = 'slip_index'
/** Milliseconds. */
export const lease = 3_000
