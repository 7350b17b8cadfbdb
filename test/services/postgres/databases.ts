import { withClient } from '../../../src/embedded-postgres/database.ts'
import type { Databases } from '../databases.ts'

export const postgresDatabases: Databases = {
  async create(admin, name) {
    await withClient(admin, (client) => client.query(`CREATE DATABASE ${name}`))
  },

  async drop(admin, name) {
    await withClient(admin, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  },

  async unused(admin) {
    const { rows } = await withClient(admin, (client) =>
      client.query<{ datname: string }>(
        `SELECT datname FROM pg_database d WHERE datname LIKE 'test\\_%'
         AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = d.datname)`,
      ),
    )
    return rows.map(({ datname }) => datname)
  },
}
