import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { spawnAs } from '../../../src/embedded-postgres/spawn-as.ts'
import { ask } from '../ask.ts'
import { dyingWithUs } from '../dying-with-us.ts'
import { findJava } from '../java.ts'
import { endProcesses, inRunFolder, processesIn } from '../run-folder.ts'
import type { Tell } from '../server.ts'
import { findDistribution } from './distribution.ts'
import { identify } from './identify.ts'
import { commandOf, layConfiguration, ownerOf, type Place, portFileOf, type Settings } from './launch.ts'
import { releases, type SearchServer } from './releases.ts'

const PROGRAM = 'java'
/** On a machine that does much else. */
const START_LIMIT_MS = 180_000
const POLL_MS = 50

/** A server of this process alone, which it does not outlive. */
export interface SearchInstance {
  /** The same after a restart. */
  readonly url: string
  readonly pid: number
  /** Folder of its indices, for cold copies. */
  readonly data: string
  readonly described: string
  /** SIGKILL, as when the machine dies; what was acknowledged is on disk. */
  kill(): Promise<void>
  /** Starts it again with its data, on the same port. */
  restart(): Promise<void>
  /** Ends it and removes its data. */
  close(): Promise<void>
}

/** One node on free ports of 127.0.0.1, new and empty. What killed processes left is ended first. */
export async function startInstance(
  server: SearchServer,
  settings: Settings,
  tell: Tell,
  longRun = false,
): Promise<SearchInstance> {
  const release = releases[server]
  const java = await findJava(release.java, tell)
  const home = await findDistribution(release, java, tell)
  const owner = ownerOf(release, home)
  return inRunFolder(server, PROGRAM, owner, async ({ folder, close }) => {
    const place: Place = { release, java, home, folder, owner, settings, longRun }
    const port = await startNode(place, 0)
    const url = `http://127.0.0.1:${port}`
    const identity = await identify(url, release)
    return {
      url,
      get pid() {
        return processesIn(folder, PROGRAM)[0] ?? 0
      },
      data: join(folder, 'data'),
      described: `${identity} of Maven Central with Java ${java.version} at ${url}, data in ${folder}`,
      kill: () => endProcesses(folder, PROGRAM),
      async restart() {
        await startNode(place, port)
      },
      close,
    }
  })
}

/**
 * The port it listens on, once it has its shards.
 * @param port 0 = any that is free
 */
async function startNode(place: Place, port: number): Promise<number> {
  layConfiguration(place, port)
  rmSync(portFileOf(place), { force: true })
  const isAlive = await spawnServer(place)
  const giveUpAt = performance.now() + START_LIMIT_MS
  while (isAlive() && performance.now() < giveUpAt) {
    const told = portIn(portFileOf(place))
    if (told !== null && (await hasItsShards(`http://127.0.0.1:${told}`))) return told
    await pause(POLL_MS)
  }
  throw new Error(`${place.release.product} does not start: ${lastWords(place)}`)
}

const portIn = (file: string): number | null =>
  existsSync(file) ? Number(/:(\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1]) : null

/** Also after a restart, when they are read first. */
const hasItsShards = (url: string) =>
  ask(url, 'GET /_cluster/health?wait_for_status=yellow&timeout=60s').then(
    ({ status }) => status === 200,
    () => false,
  )

/** Tells whether it is alive. */
async function spawnServer(place: Place): Promise<() => boolean> {
  const { folder, owner } = place
  const log = openSync(join(folder, 'log'), 'w', 0o600)
  try {
    // A gigabyte is too much to leave until the next run.
    const [program, ...args] = dyingWithUs
    const child = await spawnAs(owner, program, [...args, ...commandOf(place)], {
      cwd: join(folder, 'data'),
      stdio: ['ignore', log, log],
    })
    child.unref()
    return () => child.exitCode === null && child.signalCode === null
  } finally {
    closeSync(log)
  }
}

function lastWords({ folder }: Place): string {
  const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')
  const reasons = lines.filter((line) => /Exception: |Error: |\[ERROR\]/.test(line))
  return (reasons.length > 0 ? reasons.slice(0, 2) : lines.slice(-2)).join(' ')
}
