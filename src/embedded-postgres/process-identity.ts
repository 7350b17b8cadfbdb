import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { SlipError } from '../errors/slip-error.ts'

/**
 * A process that cannot be confused with a later one of the same pid: pid, start time in clock ticks and boot id, joined
 * with dots. Linux only (/proc).
 */
export type ProcessIdentity = string

/** The identity of a running process; null when there is none. A zombie counts as gone. */
export function identityOf(pid: number): ProcessIdentity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name may hold blanks and parentheses, so fields are counted from the last one: state is field 3.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${pid}.${fields[19]}.${boot}`
  } catch {
    return null
  }
}

/**
 * The identity of this process.
 * @throws EMBEDDED_SERVER_FAILED where there is no /proc to tell it
 */
export function ownIdentity(): ProcessIdentity {
  const identity = identityOf(process.pid)
  if (identity !== null) return identity
  throw new SlipError(
    'EMBEDDED_SERVER_FAILED',
    'the embedded PostgreSQL needs Linux with /proc; name a server of your own in database.url',
  )
}

/** The pid an identity names. */
export function pidOf(identity: ProcessIdentity): number {
  return Number.parseInt(identity, 10)
}

/** True while the very process an identity names is running. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(pidOf(identity)) === identity
}

/** Pids of PostgreSQL processes (postmaster, backends, initdb) whose working directory is `folder` (a real path). */
export function postgresProcessesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isPostgresIn(pid, folder))
}

/** True when `pid` is a PostgreSQL process whose working directory is `folder` (a real path). */
export function isPostgresIn(pid: number, folder: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== folder) return false
    // An executable replaced by npm while it runs is told as "postgres (deleted)".
    const executable = basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '')
    return (executable === 'postgres' || executable === 'initdb') && identityOf(pid) !== null
  } catch {
    return false
  }
}
