import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { spawnAs } from '../../../src/embedded-postgres/spawn-as.ts'
import { ask } from '../ask.ts'
import { findJava, type Java } from '../java.ts'
import { endAbandoned, endRunFolder, newRunFolder } from '../run-folder.ts'
import type { Tell } from '../server.ts'
import { findDistribution } from './distribution.ts'
import { identify } from './identify.ts'
import { type OpenSearchServer, type Release, releases } from './releases.ts'
import { configurationOf, javaArguments, LOGGING, type Settings } from './settings.ts'

/** Of the process, which is the server itself. */
const PROGRAM = 'java'
/** On a machine that does much else. */
const START_LIMIT_MS = 180_000
const POLL_MS = 50

/** A server of this process alone, which it does not outlive. */
export interface OpenSearchInstance {
  /** The same after a restart. */
  readonly url: string
  readonly pid: number
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
  server: OpenSearchServer,
  settings: Settings,
  tell: Tell,
): Promise<OpenSearchInstance> {
  const release = releases[server]
  const [java, home] = [await findJava(release.java, tell), await findDistribution(release, tell)]
  await endAbandoned(server, PROGRAM)
  const folder = newRunFolder(server, null)
  for (const name of ['config', 'data', 'logs', 'tmp']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'config/log4j2.properties'), LOGGING)
  const place = { release, java, home, folder, settings }
  try {
    let node = await startNode(place, 0)
    const url = `http://127.0.0.1:${node.port}`
    const identity = await identify(url, release.major)
    return {
      url,
      get pid() {
        return node.pid
      },
      described: `${identity} of Maven Central with Java ${java.version} at ${url}, data in ${folder}`,
      kill: () => node.kill(),
      async restart() {
        node = await startNode(place, node.port)
      },
      close: () => endRunFolder(folder, PROGRAM),
    }
  } catch (error) {
    await endRunFolder(folder, PROGRAM)
    throw error
  }
}

interface Place {
  readonly release: Release
  readonly java: Java
  readonly home: string
  readonly folder: string
  readonly settings: Settings
}

interface Node {
  readonly port: number
  readonly pid: number
  kill(): Promise<void>
}

/** @param port 0 = any that is free */
async function startNode(place: Place, port: number): Promise<Node> {
  const { folder, settings } = place
  writeFileSync(join(folder, 'config/opensearch.yml'), configurationOf(folder, port, settings))
  // The server tells its port here once it listens.
  const told = join(folder, 'logs/http.ports')
  rmSync(told, { force: true })
  const child = await spawnServer(place)
  const ended = once(child, 'exit')
  child.unref()
  const isAlive = () => child.exitCode === null && child.signalCode === null
  const giveUpAt = performance.now() + START_LIMIT_MS
  const mayBecome = () => isAlive() && performance.now() < giveUpAt
  while (!existsSync(told) && mayBecome()) await pause(POLL_MS)
  const own = existsSync(told) ? Number(/:(\d+)$/m.exec(readFileSync(told, 'utf8'))?.[1]) : 0
  while (own !== 0 && mayBecome()) {
    if (await hasItsShards(`http://127.0.0.1:${own}`)) {
      return {
        port: own,
        pid: child.pid ?? 0,
        async kill() {
          child.kill('SIGKILL')
          child.ref()
          await ended
        },
      }
    }
    await pause(POLL_MS)
  }
  throw new Error(`OpenSearch does not start: ${lastWords(folder)}`)
}

/** Also after a restart, when they are read first. */
const hasItsShards = (url: string) =>
  ask(url, 'GET /_cluster/health?wait_for_status=yellow&timeout=60s').then(
    ({ status }) => status === 200,
    () => false,
  )

async function spawnServer({ release, java, home, folder }: Place): Promise<ChildProcess> {
  const log = openSync(join(folder, 'log'), 'w', 0o600)
  try {
    // The kernel ends it when this process dies, however it dies: a gigabyte is too much to leave until the next run.
    const args = ['--pdeathsig', 'KILL', java.program, ...javaArguments(folder, home, release.options(home))]
    return await spawnAs(null, 'setpriv', args, { cwd: join(folder, 'data'), stdio: ['ignore', log, log] })
  } finally {
    closeSync(log)
  }
}

function lastWords(folder: string): string {
  const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')
  const reasons = lines.filter((line) => /Exception: |Error: |\[ERROR\]/.test(line))
  return (reasons.length > 0 ? reasons.slice(0, 2) : lines.slice(-2)).join(' ')
}
