import pg from 'pg'

export const SUPERUSER = 'slip'

/** Where a database of an embedded server is reached. */
export const databaseUrl = (port: number, password: string, database: string) =>
  `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`

/** Makes the database when it does not exist, in UTF8; two at once are no error. The name is used as it is. */
export async function ensureDatabase(server: { url(database: string): string }, name: string): Promise<void> {
  await withClient(server.url('postgres'), async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (found.rowCount !== 0) return
    try {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0 ENCODING 'UTF8'`)
    } catch (error) {
      // duplicate_database, or unique_violation when both inserted into pg_database at the same time
      if (!['42P04', '23505'].includes((error as { code: string }).code)) throw error
    }
  })
}

/** Runs `work` on one connection and closes it. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  // A server that goes away breaks an idle connection by an event, which would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
