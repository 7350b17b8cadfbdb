import type { Leftovers } from './leftovers.ts'
import type { DatabaseServer } from './server.ts'

/** What is done with databases on one kind of server; dropping one cuts off whoever is connected. */
export interface Databases extends Leftovers {
  create(admin: string, name: string): Promise<void>
}

/** Loads only the driver that is needed: most test files use one server. */
export async function databasesOf(server: DatabaseServer): Promise<Databases> {
  switch (server) {
    case 'postgres':
      return (await import('./postgres/databases.ts')).postgresDatabases
    case 'mariadb':
    case 'mysql':
      return (await import('./mariadb/databases.ts')).mariadbDatabases
  }
}
