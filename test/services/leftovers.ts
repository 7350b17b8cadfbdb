import { isAbandoned } from './own-names.ts'
import type { ServerName } from './server.ts'

/** What test files make on one kind of server under names of their own; `admin` is the URL of its StartedServer. */
export interface Leftovers {
  /** Names that begin with test_ and that nobody uses. */
  unused(admin: string): Promise<string[]>
  /** Removes it if it exists. */
  drop(admin: string, name: string): Promise<void>
}

/** Removes what killed runs left: nobody uses it, and the process of this host that made it is gone. */
export async function dropLeftovers(server: ServerName, admin: string): Promise<void> {
  const leftovers = await leftoversOn(server)
  for (const name of await leftovers.unused(admin)) if (isAbandoned(name)) await leftovers.drop(admin, name)
}

/** Loads only the driver that is needed. */
async function leftoversOn(server: ServerName): Promise<Leftovers> {
  switch (server) {
    case 'postgres':
    case 'mariadb':
    case 'mysql':
      return (await import('./databases.ts')).databasesOf(server)
    case 'opensearch2':
    case 'opensearch3':
    case 'elasticsearch8':
    case 'elasticsearch9':
      return (await import('./opensearch/indices.ts')).openSearchIndices
    case 'solr':
    case 'solrcloud':
      return (await import('./solr/own-things.ts')).solrThings
  }
}
