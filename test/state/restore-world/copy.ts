import pg from 'pg'
import type { Database } from '../../../src/state/connection.ts'

const columnsOf = {
  postgres: `
    SELECT table_name AS name, column_name AS col FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name LIKE 'slip%' AND is_generated = 'NEVER'
    ORDER BY table_name, ordinal_position`,
  mysql: `
    SELECT c.table_name AS name, c.column_name AS col FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' AND c.table_name LIKE 'slip%' AND c.extra NOT LIKE '%GENERATED%'
    ORDER BY c.table_name, c.ordinal_position`,
}

/** Foreign keys say in which order tables may be filled; a restore fills them as they come. */
const unchecked = { postgres: 'SET LOCAL session_replication_role = replica', mysql: 'SET foreign_key_checks = 0' }
const checked = { postgres: 'SET LOCAL session_replication_role = origin', mysql: 'SET foreign_key_checks = 1' }

/** Backs up every table of the state database; returns what puts all rows back, under a server that runs on. */
export async function backUp(db: Database): Promise<() => Promise<void>> {
  const rows = await db.query<{ name: string; col: string }>(columnsOf[db.dialect])
  const tables = [...Map.groupBy(rows, ({ name }) => name)].map(([name, own]) => ({
    name,
    columns: own.map(({ col }) => (db.dialect === 'postgres' ? `"${col}"` : `\`${col}\``)).join(', '),
  }))
  for (const { name, columns } of tables) {
    await db.change(`DROP TABLE IF EXISTS copy_of_${name}`)
    await db.change(`CREATE TABLE copy_of_${name} AS SELECT ${columns} FROM ${name}`)
  }
  const overriding = db.dialect === 'postgres' ? 'OVERRIDING SYSTEM VALUE' : ''
  return () =>
    db.transaction(async (tx) => {
      await tx.change(unchecked[tx.dialect])
      for (const { name, columns } of tables) {
        await tx.change(`DELETE FROM ${name}`)
        await tx.change(`INSERT INTO ${name} (${columns}) ${overriding} SELECT ${columns} FROM copy_of_${name}`)
      }
      await tx.change(checked[tx.dialect])
    })
}

/** Statements on the database of the embedded engine, as a person with a SQL prompt would do them. */
export class EngineTables {
  readonly #client: pg.Client
  #copies = 0

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async open(url: string): Promise<EngineTables> {
    const client = new pg.Client({ connectionString: url, options: '-c search_path=index_main' })
    await client.connect()
    return new EngineTables(client)
  }

  /** Backs up a shard; returns what sets it back, documents, tombstones and marker. */
  async backUp(shard: number): Promise<() => Promise<void>> {
    const tables = [`document_${shard}`, `page_${shard}`]
    const copy = `copy_${++this.#copies}_of`
    for (const table of tables) await this.#client.query(`CREATE TABLE ${copy}_${table} AS SELECT * FROM ${table}`)
    return async () => {
      const statements = tables.map((table) => `TRUNCATE ${table}; INSERT INTO ${table} SELECT * FROM ${copy}_${table}`)
      await this.#client.query(`BEGIN; ${statements.join(';')}; COMMIT`)
    }
  }

  async empty(shard: number): Promise<void> {
    await this.#client.query(`TRUNCATE document_${shard}, page_${shard}`)
  }

  /** So many documents nobody knows of, the ids in order. */
  async fill(shard: number, count: number): Promise<void> {
    await this.#client.query(
      `INSERT INTO document (shard, id, fence, rev, digest, deleted, fields)
       SELECT $1, 'many.' || lpad(n::text, 6, '0'), 1, 1, repeat('0', 32), false, '{}' FROM generate_series(1, $2::int) n`,
      [shard, count],
    )
  }

  async purgeTombstones(): Promise<void> {
    await this.#client.query(`DELETE FROM document WHERE deleted AND id <> ''`)
  }

  close(): Promise<void> {
    return this.#client.end()
  }
}
