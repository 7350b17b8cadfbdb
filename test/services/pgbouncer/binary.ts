import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages, unpackPackages } from '../debian-packages.ts'
import type { Tell } from '../server.ts'

const PACKAGES = ['pgbouncer']
const UNPACKED = join(import.meta.dirname, '../../../.slip/test/debian-pgbouncer')

const programIn = (root: string) => join(root, 'usr/sbin/pgbouncer')

/** Where Debian's pgbouncer and what it needs lie: `/`, or the folder they are unpacked into for those who are not root. */
export async function findPgbouncer(tell: Tell): Promise<{ root: string; program: string }> {
  let root = ['/', UNPACKED].find((folder) => existsSync(programIn(folder)))
  if (root === undefined) {
    root = process.getuid?.() === 0 ? '/' : UNPACKED
    if (root === '/') await installPackages(PACKAGES, tell)
    else await unpackPackages(PACKAGES, UNPACKED, tell)
  }
  return { root, program: programIn(root) }
}
