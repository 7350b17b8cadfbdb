import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { ServerName } from './server.ts'

/** What is done with databases on one kind of server; `admin` is the URL of its StartedServer. */
export interface Databases {
  create(admin: string, name: string): Promise<void>
  /** Drops it if it exists, whoever is connected. */
  drop(admin: string, name: string): Promise<void>
  /** Names that begin with test_ and to which nobody is connected. */
  unused(admin: string): Promise<string[]>
}

/** Loads only the driver that is needed: most test files use one server. */
export async function databasesOf(server: ServerName): Promise<Databases> {
  switch (server) {
    case 'postgres':
      return (await import('./postgres/databases.ts')).postgresDatabases
    case 'mariadb':
    case 'mysql':
      return (await import('./mariadb/databases.ts')).mariadbDatabases
  }
}

/** This host in a name. A server that several hosts share must not lose the databases of another's processes. */
export const hostTag = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

let made = 0

/** A name no other process gives: it tells the host and the pid of its owner. */
export const newName = () => `test_${hostTag}_${process.pid}_${++made}_${Date.now()}`

/** Drops the databases of killed runs: nobody is connected, and the process of this host that made them is gone. */
export async function dropLeftovers(server: ServerName, admin: string): Promise<void> {
  const databases = await databasesOf(server)
  for (const name of await databases.unused(admin)) {
    const [, host, pid] = name.split('_')
    if (host === hostTag && !isAlive(Number(pid))) await databases.drop(admin, name)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
