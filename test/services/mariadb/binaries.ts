import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages, unpackPackages } from '../debian-packages.ts'
import type { Tell } from '../server.ts'

// Not the package mariadb-server: that one also sets up a service of the system and, where systemd runs, starts it.
const PACKAGES = ['mariadb-server-core', 'mariadb-client-core']
const UNPACKED = join(import.meta.dirname, '../../../.slip/test/debian-mariadb')

/** MariaDB's programs, laid out as Debian does. */
export interface MariadbBinaries {
  /** Holds usr/sbin/mariadbd, usr/bin/mariadb-install-db and usr/share/mysql; / for the system's own. */
  readonly root: string
}

export const mariadbdOf = ({ root }: MariadbBinaries) => join(root, 'usr/sbin/mariadbd')
export const installDbOf = ({ root }: MariadbBinaries) => join(root, 'usr/bin/mariadb-install-db')

/**
 * The programs of the system or those unpacked before; else root installs Debian's, and others unpack them into the
 * checkout.
 * @throws Error when they may not or cannot be had
 */
export async function findBinaries(tell: Tell): Promise<MariadbBinaries> {
  const system = { root: '/' }
  const unpacked = { root: UNPACKED }
  const found = [system, unpacked].find((binaries) => [mariadbdOf, installDbOf].every((of) => existsSync(of(binaries))))
  if (found !== undefined) return found
  if (process.getuid?.() === 0) {
    await installPackages(PACKAGES, tell)
    return system
  }
  await unpackPackages(PACKAGES, UNPACKED, tell)
  return unpacked
}
