import { accessSync, constants, existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SlipError } from '../errors/slip-error.ts'
import { ensureCluster, passwordOf } from './cluster.ts'
import { databaseUrl } from './database.ts'
import { existingRefuge, prepareHome } from './home.ts'
import { withLock } from './lock.ts'
import { keptPort } from './port.ts'
import { answers, runningPostmaster, startPostmaster, stopPostmaster } from './postmaster.ts'
import { pidOf } from './process-identity.ts'
import { addUser, livingUsers, removeUser } from './users.ts'

// Longer than the slowest start: whoever waits for the lock waits for a start or a stop.
const LOCK_LIMIT_MS = 180_000

/** One hold on the PostgreSQL of a folder. */
export interface EmbeddedServer {
  /** postgres:// with user and password; the database need not exist. */
  url(database: string): string
  readonly port: number
  /** The folder asked for, as real path. */
  readonly dir: string
  /** Gives the hold back; the last one stops the server. Calling it again does nothing. */
  release(): Promise<void>
}

export interface AcquireOptions {
  /** False: a crash loses the last commits, or the cluster (fsync, synchronous_commit, full_page_writes off). For tests. */
  readonly durable?: boolean
  /** Told the folder below the temporary directory when the server cannot live in `dir` (see prepareHome). */
  readonly onRelocated?: (folder: string) => void
}

/**
 * The PostgreSQL of `dir`: started when none runs, adopted when one does, even when whoever started it was killed. It
 * listens on 127.0.0.1 only, on a port kept in `dir`, and lives until the last hold is released.
 *
 * In `dir`: data (the cluster), password, port, log, server.lock and users/.
 *
 * @throws FOLDER_UNUSABLE, EMBEDDED_SERVER_FAILED, LOCKED
 */
export async function acquireServer(dir: string, options: AcquireOptions = {}): Promise<EmbeddedServer> {
  const folder = usableFolder(dir)
  return withLock(lockOf(folder), LOCK_LIMIT_MS, async () => {
    const user = await addUser(join(folder, 'users'))
    try {
      const { port, password, data } = await ensureRunning(folder, options)
      return hold(folder, user, data, port, password)
    } catch (error) {
      await removeUser(user)
      throw error
    }
  })
}

async function ensureRunning(dir: string, options: AcquireOptions) {
  const durable = options.durable ?? true
  const home = await prepareHome(dir)
  if (home.relocated) options.onRelocated?.(home.folder)
  const password = passwordOf(dir)
  const data = await ensureCluster(home, password, durable)
  const pid = runningPostmaster(data)
  if (pid !== null) {
    const port = keptPort(dir)
    const alive = () => runningPostmaster(data) === pid
    if (await answers(databaseUrl(port, password, 'postgres'), alive)) return { port, password, data }
    await stopPostmaster(data)
  }
  return { port: await startPostmaster({ dir, home, data, password, durable }), password, data }
}

function hold(dir: string, user: string, data: string, port: number, password: string): EmbeddedServer {
  const release = () =>
    withLock(lockOf(dir), LOCK_LIMIT_MS, async () => {
      await removeUser(user)
      if ((await livingUsers(join(dir, 'users'))).length === 0) await stopPostmaster(data)
    })
  return {
    dir,
    port,
    url: (database) => databaseUrl(port, password, database),
    release,
  }
}

/**
 * Removes the cluster of `dir` and all that belongs to it, here and below the temporary directory; a server that nobody
 * uses any more is stopped first.
 * @throws LOCKED when someone uses the server
 */
export async function removeServerFiles(dir: string): Promise<void> {
  if (!existsSync(dir)) return
  const folder = usableFolder(dir)
  await withLock(lockOf(folder), LOCK_LIMIT_MS, async () => {
    const [user] = await livingUsers(join(folder, 'users'))
    if (user !== undefined) {
      throw new SlipError('LOCKED', `process ${pidOf(user)} uses the embedded PostgreSQL`, {
        place: { folder, pid: pidOf(user) },
      })
    }
    const refuge = existingRefuge(folder)
    for (const home of refuge === null ? [folder] : [folder, refuge]) {
      await stopPostmaster(join(home, 'data'))
      await stopPostmaster(join(home, 'data.unfinished'))
    }
    if (refuge !== null) rmSync(refuge, { recursive: true, force: true })
    for (const name of ['data', 'data.unfinished', 'users', 'password', 'port', 'log']) {
      rmSync(join(folder, name), { recursive: true, force: true })
    }
  })
}

const lockOf = (folder: string) => join(folder, 'server.lock')

function usableFolder(dir: string): string {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o755 })
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK)
    if (existsSync(join(dir, 'password'))) accessSync(join(dir, 'password'), constants.R_OK)
    return realpathSync(dir)
  } catch (cause) {
    throw new SlipError('FOLDER_UNUSABLE', `${dir} cannot be used by this user: ${(cause as Error).message}`, {
      place: { folder: dir },
      cause,
    })
  }
}
