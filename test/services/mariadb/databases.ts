import type { Databases } from '../databases.ts'
import { withMariadb } from './connection.ts'

/** For MariaDB and MySQL. Their own default of characters may be latin1, so a database names its own. */
export const mariadbDatabases: Databases = {
  async create(admin, name) {
    await withMariadb(admin, (connection) => connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`))
  },

  async drop(admin, name) {
    await withMariadb(admin, (connection) => connection.query(`DROP DATABASE IF EXISTS ${name}`))
  },

  async unused(admin) {
    const [rows] = await withMariadb(admin, (connection) =>
      connection.query(
        `SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE 'test\\_%'
         AND schema_name NOT IN (SELECT db FROM information_schema.processlist WHERE db IS NOT NULL)`,
      ),
    )
    return (rows as { name: string }[]).map(({ name }) => name)
  },
}
