import pg from 'pg'
import { EngineTables } from '../restore-world/copy.ts'

const schemas = ['index_main', 'index_second']

/** The server of both embedded engines, as a person with a SQL prompt has it. */
export class EngineServer {
  readonly #client: pg.Client
  /** Of target main: copies of shards. */
  readonly tables: EngineTables

  private constructor(client: pg.Client, tables: EngineTables) {
    this.#client = client
    this.tables = tables
  }

  static async open(url: string): Promise<EngineServer> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return new EngineServer(client, await EngineTables.open(url))
  }

  async close(): Promise<void> {
    await this.tables.close()
    await this.#client.end()
  }

  /** DELETE, for on a few rows it is quicker than TRUNCATE. */
  empty(): Promise<void> {
    return this.#each((schema) => `DELETE FROM ${schema}.document; DELETE FROM ${schema}.page`)
  }

  /** Tombstones have lived long enough. */
  purgeTombstones(): Promise<void> {
    return this.#each((schema) => `DELETE FROM ${schema}.document WHERE deleted AND id <> ''`)
  }

  /** As if all that is there had been written by a clock that much ahead; markers are times, too. */
  shift(seconds: number): Promise<void> {
    const micros = seconds * 1_000_000
    return this.#each(
      (schema) => `UPDATE ${schema}.document SET fence = fence + CASE WHEN id = '' THEN 0 ELSE ${micros} END,
                          rev = rev + CASE WHEN id = '' THEN ${micros} ELSE 0 END`,
    )
  }

  async #each(statement: (schema: string) => string): Promise<void> {
    await this.#client.query(schemas.map(statement).join(';'))
  }
}
