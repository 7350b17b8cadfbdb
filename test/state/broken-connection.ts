import type { Knex } from 'knex'

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
