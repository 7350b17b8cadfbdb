import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { blockedFor, type Owner } from '../../src/embedded-postgres/owner.ts'
import { isRunning, ownIdentity } from '../../src/embedded-postgres/process-identity.ts'

// A folder below the temporary directory that belongs to one process and its one server, called
// slip-test-KIND-IDENTITY-RANDOM. The name tells the owner, so whoever comes later knows what a killed run left.

/** SIGKILL of a server with gigabytes in memory takes the kernel a while. */
const END_LIMIT_MS = 30_000

/**
 * Makes a folder of this process.
 * @param owner who must be able to enter it, when that is not ourselves
 */
export function newRunFolder(kind: string, owner: Owner | null): string {
  const above = parents().find((folder) => owner === null || blockedFor(owner, folder) === null)
  if (above === undefined) throw new Error(`a server runs as an unprivileged user, who may not enter ${tmpdir()}`)
  const folder = mkdtempSync(join(above, `slip-test-${kind}-${ownIdentity()}-`))
  chmodSync(folder, 0o755)
  return folder
}

// /tmp stands in where TMPDIR is a private folder of root's.
const parents = () => [...new Set([tmpdir(), '/tmp'])]

export interface RunFolder {
  readonly folder: string
  /** Ends what runs there and removes it. */
  close(): Promise<void>
}

/**
 * Starts a server of `program` in a run folder. What killed processes left of its kind is ended first, and what a `start`
 * that fails leaves.
 * @param owner like newRunFolder
 */
export async function inRunFolder<T>(
  kind: string,
  program: string,
  owner: Owner | null,
  start: (run: RunFolder) => Promise<T>,
): Promise<T> {
  await endAbandoned(kind, program)
  const folder = newRunFolder(kind, owner)
  const run = { folder, close: () => endRunFolder(folder, program) }
  try {
    return await start(run)
  } catch (error) {
    await run.close()
    throw error
  }
}

/** Ends what runs in the folder, by SIGKILL, and removes the folder: what lies in there is disposable. */
export async function endRunFolder(folder: string, program: string): Promise<void> {
  await endProcesses(folder, program)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Ends what runs in the folder, by SIGKILL; it is gone afterwards. */
export async function endProcesses(folder: string, program: string): Promise<void> {
  const giveUpAt = performance.now() + END_LIMIT_MS
  const killed = new Set<number>()
  for (;;) {
    for (const pid of processesIn(folder, program)) {
      kill(pid)
      killed.add(pid)
    }
    const left = [...killed].find(hasThreads)
    if (left === undefined) break
    if (performance.now() > giveUpAt) throw new Error(`process ${left} in ${folder} cannot be ended`)
    await pause(10)
  }
}

/** Ends and removes what killed processes left. */
export async function endAbandoned(kind: string, program: string): Promise<void> {
  for (const above of parents()) {
    for (const name of readdirSync(above)) {
      const identity = new RegExp(`^slip-test-${kind}-(\\d+\\.\\d+\\.[0-9a-f-]{36})-`).exec(name)?.[1]
      const folder = join(above, name)
      if (identity !== undefined && !isRunning(identity) && isOurs(folder)) await endRunFolder(folder, program)
    }
  }
}

/** Anyone may write to the temporary directory and give a folder such a name. */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  return found?.isDirectory() === true && found.uid === process.getuid?.()
}

/** Pids of the processes of `program` that work below the folder. */
export function processesIn(folder: string, program: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && runsIn(name, folder, program))
    .map(Number)
}

function runsIn(pid: string, folder: string, program: string): boolean {
  try {
    if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`)) return false
    // An executable that was replaced while it runs is told as "mariadbd (deleted)".
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '') === program && !isOver(pid)
  } catch {
    return false
  }
}

/** Its sockets stay open until the last thread is gone, and by then /proc has long ceased to tell what the first was. */
function hasThreads(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).some((thread) => !isOver(`${pid}/task/${thread}`))
  } catch {
    return false
  }
}

/** Of a process or a thread: ended, also while nobody has asked how. */
function isOver(place: string): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${place}/stat`, 'utf8'))
  } catch {
    return true
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
