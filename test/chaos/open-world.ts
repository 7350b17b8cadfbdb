import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { applyTargets } from '../../src/ctl/apply-targets.ts'
import { openTargetEngine } from '../../src/daemon/engines.ts'
import { serverOwner } from '../../src/embedded-postgres/owner.ts'
import { migrate } from '../../src/state/migrate.ts'
import { openState } from '../../src/state/open-state.ts'
import { endAbandoned, endRunFolder, newRunFolder } from '../services/run-folder.ts'
import type { Tell } from '../services/server.ts'
import { Clock } from './clock.ts'
import { Daemon, type Host, type Stage } from './daemons.ts'
import { Gate } from './gate.ts'
import type { ChaosEngine } from './indexes/chaos-index.ts'
import { openIndex } from './indexes/open-index.ts'
import { Journal } from './journal.ts'
import { Library } from './library/library.ts'
import type { Platform } from './platform.ts'
import { Requests } from './requests.ts'
import { newMariadb } from './servers/mariadb.ts'
import { newPostgres } from './servers/postgres.ts'
import type { PrivateServer, ServerOptions } from './servers/server.ts'
import { type ChaosDatabase, databaseName, lease, shards, type World } from './world.ts'

/** Stage and place (in the list of hosts) of each daemon. */
const crew: readonly (readonly [Stage, number])[] = [
  ['rights', 0],
  ['enqueue', 0],
  ['enqueue', 1],
  ['index', 0],
  ['index', 1],
  ['index', 1],
]

/** So that a batch takes its time, and faults find claims under way. */
const indexDelayMs = 15

export interface Kinds {
  readonly database: ChaosDatabase
  readonly engine: ChaosEngine
}

export interface OpenedWorld extends World {
  close(): Promise<void>
}

/** Servers, library and daemons, none of which has begun to work. */
export async function openWorld(kinds: Kinds, platform: Platform, tell: Tell): Promise<OpenedWorld> {
  const closing: (() => unknown)[] = []
  const close = async () => {
    for (const each of closing.reverse()) await each()
  }
  try {
    return { ...(await build(kinds, platform, tell, closing)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function build(
  { database, engine: engineKind }: Kinds,
  platform: Platform,
  tell: Tell,
  closing: (() => unknown)[],
): Promise<World> {
  for (const program of ['postgres', 'mariadbd']) await endAbandoned('chaos', program)
  const folder = newRunFolder('chaos', serverOwner())
  closing.push(() => endRunFolder(folder, 'postgres'))
  const clockOf = (name: string) =>
    'library' in platform.faketime ? new Clock(platform.faketime.library, join(folder, `clock-${name}`)) : null
  const serverClock = clockOf('database')
  const start = database === 'mariadb' ? (options: ServerOptions) => newMariadb(options, tell) : newPostgres
  const server = await startServer(start({ folder: serverFolder(folder, 'state'), clock: serverClock }), closing)
  await server.createDatabase(databaseName)
  const index = await openIndex(engineKind, () => serverFolder(folder, 'index'), tell)
  closing.push(() => index.close())

  const library = new Library(libraryFolder(folder, platform, closing))
  const configFile = writeConfig(folder, 'direct', server.url(databaseName), { ...index.target, urls: index.urls })
  const config = loadConfig(configFile)
  const state = await openState(config, { applicationName: 'chaos' })
  closing.push(() => state.close())
  await migrate(state.db)
  await applyTargets(config, state)
  const { engine, close: closeEngine } = await openTargetEngine(config, state, 'main')
  closing.push(closeEngine)

  const journal = new Journal()
  const requests = new Requests(configFile, (message) => journal.defect(message))
  closing.push(() => requests.stop())
  const hosts = hostsOf(platform, clockOf)
  const daemons: Daemon[] = []
  for (const [at, [stage, place]] of crew.entries()) {
    const stateGate = await openGate(server.port, 0, closing)
    const indexGate = await index.openGate(indexDelayMs)
    closing.push(() => indexGate.close())
    const stateUrl = stateGate.through(server.url(databaseName))
    daemons.push(
      new Daemon({
        stage,
        number: at + 1,
        host: hosts[place % hosts.length]!,
        configFile: writeConfig(folder, `daemon-${at + 1}`, stateUrl, { ...index.target, urls: indexGate.urls }),
        stateGate,
        indexGate,
        heard: (daemon, event) => journal.heard(daemon, event),
        defect: (message) => journal.defect(message),
      }),
    )
  }
  closing.push(() => Promise.all(daemons.map((daemon) => daemon.stop('SIGKILL'))))
  const places = { platform, folder, library, config, configFile, server, serverClock, index }
  return { ...places, state, engine, hosts, daemons, requests, journal, tell }
}

async function startServer(made: Promise<PrivateServer>, closing: (() => unknown)[]): Promise<PrivateServer> {
  const server = await made
  closing.push(() => server.close())
  await server.start()
  return server
}

async function openGate(port: number, delayMs: number, closing: (() => unknown)[]): Promise<Gate> {
  const gate = await Gate.before(port, delayMs)
  closing.push(() => gate.close())
  return gate
}

/** As root, a server runs as somebody else, who must own it. */
function serverFolder(above: string, name: string): string {
  const folder = join(above, name)
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  return folder
}

/** Where the platform allows it, on a small file system of its own. */
function libraryFolder(above: string, { ownMounts }: Platform, closing: (() => unknown)[]): string {
  const folder = join(above, 'library')
  mkdirSync(folder)
  if (ownMounts === null) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'chaos', folder])
    closing.push(() => execFileSync('umount', ['--lazy', folder]))
  }
  return folder
}

function hostsOf({ ownHostNames }: Platform, clockOf: (name: string) => Clock | null): Host[] {
  if (ownHostNames !== null) return [{ name: hostname(), renamed: false, clock: clockOf('host') }]
  return ['chaos-a', 'chaos-b'].map((name) => ({ name, renamed: true, clock: clockOf(name) }))
}

/** Short, so that what a fault leaves is taken up while the run lasts. */
function writeConfig(folder: string, name: string, stateUrl: string, index: Readonly<Record<string, unknown>>): string {
  const file = join(folder, `${name}.yaml`)
  const config = {
    database: { url: stateUrl },
    repository: { root: 'library/pairtree' },
    sources: {
      catalogue: { kind: 'records', files: ['library/catalogue/*.ndjson', 'library/catalogue/*_delete.txt'] },
      rights: { kind: 'hathifiles', files: ['library/rights/*.txt'] },
    },
    targets: {
      main: {
        ...index,
        shards,
        lease: `${lease}ms`,
        overlap: '200s',
        sweep: { period: '5s', rate: 10_000 },
      },
    },
    indexer: { batch: 8, attempts: 2, backoff: '200ms', environmentBackoff: '500ms' },
    log: { level: 'debug' },
  }
  writeFileSync(file, stringify(config), { mode: 0o600 })
  return file
}
