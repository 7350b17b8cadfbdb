import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { installPackages } from '../services/debian-packages.ts'
import type { Tell } from '../services/server.ts'

/** Names the process that runs in a mount namespace of its own, where it may mount what it likes. */
export const namespaceVariable = 'SLIP_CHAOS_OWN_MOUNTS'

/** What this machine lets us do; null, or why not. */
export interface Platform {
  /** libfaketime, to set clocks apart. */
  readonly faketime: { readonly library: string } | { readonly absent: string }
  /** A file system of its own for the library, that can be filled. */
  readonly ownMounts: string | null
  /** Host names of their own for some processes. */
  readonly ownHostNames: string | null
}

export async function lookAround(tell: Tell): Promise<Platform> {
  const ownMounts =
    process.env[namespaceVariable] === undefined ? 'no mount namespace of its own without root and unshare' : null
  const ownHostNames = works('unshare', '--uts', 'true') ? null : 'unshare --uts is refused: all processes are one host'
  return { faketime: await findFaketime(tell), ownMounts, ownHostNames }
}

async function findFaketime(tell: Tell): Promise<Platform['faketime']> {
  const find = () => globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0]
  const found = find()
  if (found !== undefined) return { library: found }
  if (process.getuid?.() !== 0) return { absent: 'libfaketime is not installed (package faketime)' }
  try {
    await installPackages(['faketime'], tell)
  } catch (error) {
    return { absent: (error as Error).message }
  }
  const library = find()
  return library === undefined ? { absent: 'package faketime has no libfaketimeMT.so.1' } : { library }
}

/** True when a program can be run with these arguments and ends well. */
export function works(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
