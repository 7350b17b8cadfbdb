import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SlipError } from '../errors/slip-error.ts'
import { postgresOf } from './binaries.ts'
import { databaseUrl, withClient } from './database.ts'
import type { Home } from './home.ts'
import { freePort, keepPort, keptPort } from './port.ts'
import { isPostgresIn, postgresProcessesIn } from './process-identity.ts'
import { spawnAs } from './spawn-as.ts'

// Crash recovery of a big cluster may take minutes; a healthy start takes 0.1 s.
const START_LIMIT_MS = 120_000
const STOP_LIMIT_MS = 30_000
const POLL_MS = 20

export interface StartOptions {
  /** Folder for port and log. */
  readonly dir: string
  readonly home: Home
  readonly data: string
  readonly password: string
  readonly durable: boolean
}

/** Pid of the postmaster that runs on `data`; null when there is none. */
export function runningPostmaster(data: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10)
    return isPostgresIn(pid, data) ? pid : null
  } catch {
    return null
  }
}

/**
 * Starts a postmaster, waits until it answers, and returns its port.
 * @throws EMBEDDED_SERVER_FAILED with the server's own words
 */
export async function startPostmaster(options: StartOptions): Promise<number> {
  // Backends that outlived their postmaster hold its shared memory, and the next one would refuse to start.
  await endProcessesIn(options.data)
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(attempt === 1 ? keptPort(options.dir) : 0)
    const failure = await tryStart(options, port)
    if (failure === null) return port
    // Between our look and the server's someone else may take the port.
    if (attempt === 3 || !failure.includes('Address already in use')) {
      throw new SlipError('EMBEDDED_SERVER_FAILED', `PostgreSQL does not start: ${failure}`, {
        place: { log: join(options.dir, 'log') },
      })
    }
  }
}

/** Null when the server is ready, else its last words. */
async function tryStart({ dir, home, data, password, durable }: StartOptions, port: number): Promise<string | null> {
  const logFile = join(dir, 'log')
  const log = openSync(logFile, 'a', 0o600)
  const logStart = statSync(logFile).size
  const child = await spawnAs(home.owner, postgresOf(home.binaries), ['-D', data, ...settings(port, durable)], {
    cwd: data,
    stdio: ['ignore', log, log],
  }).finally(() => closeSync(log))
  child.unref()
  keepPort(dir, port)
  const alive = () => child.exitCode === null && child.signalCode === null
  if (await answers(databaseUrl(port, password, 'postgres'), alive)) return null
  await endProcessesIn(data)
  const said = readFileSync(logFile).subarray(logStart).toString()
  const reasons = said.split('\n').filter((line) => /FATAL|PANIC|Address already in use|error while loading/.test(line))
  return reasons.slice(-2).join(' ') || 'it says nothing'
}

function settings(port: number, durable: boolean): string[] {
  const values = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=100',
    'shared_buffers=128MB',
    'timezone=UTC',
    'log_timezone=UTC',
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ]
  return values.flatMap((value) => ['-c', value])
}

/** Waits until a real connection succeeds; false when `alive` ends first, or time is up. */
export async function answers(url: string, alive: () => boolean): Promise<boolean> {
  const giveUpAt = performance.now() + START_LIMIT_MS
  while (performance.now() < giveUpAt && alive()) {
    try {
      await withClient(url, (client) => client.query('SELECT 1'))
      return true
    } catch (error) {
      // 28P01: it answers, and does not know our password; waiting cannot help.
      if ((error as { code?: string }).code === '28P01') return false
      await pause(POLL_MS)
    }
  }
  return false
}

/** Ends a postmaster: open transactions are rolled back, clients are cut off, a checkpoint is written. */
export async function stopPostmaster(data: string): Promise<void> {
  const pid = runningPostmaster(data)
  if (pid !== null) {
    kill(pid, 'SIGINT')
    await gone(() => isPostgresIn(pid, data), STOP_LIMIT_MS)
  }
  await endProcessesIn(data)
}

/** Ends every PostgreSQL process that still works in `data`, by SIGKILL; PostgreSQL recovers from that. */
export async function endProcessesIn(data: string): Promise<void> {
  for (const pid of postgresProcessesIn(data)) kill(pid, 'SIGKILL')
  if (await gone(() => postgresProcessesIn(data).length > 0, STOP_LIMIT_MS)) return
  throw new SlipError('EMBEDDED_SERVER_FAILED', `PostgreSQL processes in ${data} cannot be ended`, {
    place: { folder: data },
  })
}

async function gone(present: () => boolean, limitMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + limitMs
  while (present()) {
    if (performance.now() > giveUpAt) return false
    await pause(POLL_MS)
  }
  return true
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
