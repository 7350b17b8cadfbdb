import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SlipError } from '../errors/slip-error.ts'

/** The user PostgreSQL runs as when we are root, which it refuses. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * Null when PostgreSQL can run as ourselves, else the existing user `nobody`; no user is ever created.
 * @throws EMBEDDED_SERVER_FAILED when we are root and there is no such user
 */
export function serverOwner(): Owner | null {
  if (process.getuid?.() !== 0) return null
  const fields = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody')
  const uid = Number(fields?.[2])
  if (!uid) {
    throw new SlipError(
      'EMBEDDED_SERVER_FAILED',
      'PostgreSQL does not run as root and there is no user nobody here; start this as another user',
    )
  }
  return { uid, gid: Number(fields?.[3]) }
}

/** The first of the folders from / down to `folder` that `owner` may not enter; null when the way is free. */
export function blockedFor(owner: Owner, folder: string): string | null {
  const above = dirname(folder)
  const blockedAbove = above === folder ? null : blockedFor(owner, above)
  if (blockedAbove !== null) return blockedAbove
  return allows(folder, owner, 0o1) ? null : folder
}

/** True when the mode of a file or folder gives `owner` all of `wanted` (1 execute or enter, 4 read). */
export function allows(path: string, owner: Owner, wanted: number): boolean {
  const { uid, gid, mode } = statSync(path)
  const shift = uid === owner.uid ? 6 : gid === owner.gid ? 3 : 0
  return ((mode >> shift) & wanted) === wanted
}
