import { dropLeftovers } from './leftovers.ts'
import { ServerAbsent, type ServerName, type StartedServer, type Tell } from './server.ts'

const starters: Record<ServerName, () => Promise<(tell: Tell) => Promise<StartedServer>>> = {
  postgres: async () => (await import('./postgres/server.ts')).startPostgres,
  mariadb: async () => (await import('./mariadb/server.ts')).startMariadb,
  mysql: async () => (await import('./mysql/server.ts')).startMysql,
  opensearch2: async () => (await import('./opensearch/server.ts')).startSearchServer('opensearch2'),
  opensearch3: async () => (await import('./opensearch/server.ts')).startSearchServer('opensearch3'),
  elasticsearch8: async () => (await import('./opensearch/server.ts')).startSearchServer('elasticsearch8'),
  elasticsearch9: async () => (await import('./opensearch/server.ts')).startSearchServer('elasticsearch9'),
  solr: async () => (await import('./solr/server.ts')).startSolr,
  solrcloud: async () => (await import('./solr/server.ts')).startSolrCloud,
}

/**
 * Starts a server the first way that can be gone here, tells which way that was, and removes what killed test
 * runs left in it.
 * @throws ServerAbsent when it cannot be had
 */
export async function startServer(name: ServerName, tell: Tell): Promise<StartedServer> {
  try {
    const start = await starters[name]()
    const server = await start((line) => tell(`${name}: ${line}`))
    tell(`${name}: ${server.described}`)
    await dropLeftovers(name, server.url)
    return server
  } catch (error) {
    throw new ServerAbsent(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
