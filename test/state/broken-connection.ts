import type { Knex } from 'knex'
import type { Connection } from '../../src/state/connection.ts'

interface Query {
  readonly sql: string
  readonly bindings?: readonly unknown[]
}

/** A statement as the same one in another run is known by: without the times, batches and savepoints that knex counts. */
function keyOf({ sql, bindings = [] }: Query): string {
  const told = bindings.filter((value) => typeof value === 'string' || (sql.includes('slip_schema') && value))
  return `${sql.replace(/trx\d+/, 'trx')} ${told.join()}`
}

/** Runs `work` and tells the statements it sent, each once. */
export async function statementsOf(knex: Knex, work: () => Promise<unknown>): Promise<string[]> {
  const seen = new Set<string>()
  const hear = (query: Query) => void seen.add(keyOf(query))
  knex.on('query', hear)
  await work()
  knex.removeListener('query', hear)
  return [...seen]
}

/**
 * Cuts every connection of the pool when the statement is about to be sent, as the end of the process would; true = it
 * came to that.
 */
export function cutBefore(knex: Knex, statement: string): () => boolean {
  let cut = false
  knex.on('query', (query: Query) => {
    if (cut || keyOf(query) !== statement) return
    cut = true
    for (const { resource } of knex.client.pool.used) (resource.stream ?? resource.connection.stream).destroy()
  })
  return () => cut
}

const others = {
  postgres: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  mysql: 'SELECT id AS id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()',
}

/** The server ends every connection to this database but the one that says so. */
export async function endOthers(db: Connection): Promise<void> {
  const rows = await db.query<{ id?: number }>(others[db.dialect])
  for (const { id } of rows) if (id !== undefined) await db.change(`KILL ${id}`)
}
