import { withClient } from '../../src/embedded-postgres/database.ts'
import type { Dialect } from '../../src/state/connection.ts'
import type { TestDatabase } from '../../test/services/database.ts'
import { withMariadb } from '../../test/services/mariadb/connection.ts'
import { mariadbDatabases } from '../../test/services/mariadb/databases.ts'
import { hostTag } from '../../test/services/own-names.ts'
import { postgresDatabases } from '../../test/services/postgres/databases.ts'
import { startServer } from '../../test/services/start-server.ts'
import { withServer } from '../library/server.ts'

/** A PostgreSQL and a MariaDB, each as durable as in production. */
export interface Servers {
  /** An empty database. */
  newDatabase(dialect: Dialect): Promise<TestDatabase>
  /** Each server with the settings its speed hangs on. */
  readonly described: Readonly<Record<string, string>>
}

/**
 * The servers begin with their own defaults but for these: every commit reaches the disk; MariaDB, which reads past the
 * cache of the system PostgreSQL lives from, has memory and a redo log of the size of PostgreSQL's WAL; and PostgreSQL
 * looks every second, not every minute, whether a table is to be vacuumed, for a benchmark does in a minute the work of a
 * day.
 */
const postgresSettings = ["ALTER SYSTEM SET autovacuum_naptime = '1s'", 'SELECT pg_reload_conf()']

const mariadbSettings = {
  innodb_flush_log_at_trx_commit: 1,
  sync_binlog: 1,
  innodb_buffer_pool_size: 2 ** 30,
  innodb_log_file_size: 2 ** 30,
  // the peers of PostgreSQL's default, which writes as fast as its checkpoints ask
  innodb_io_capacity: 2_000,
}

const told = {
  postgres: [
    'fsync',
    'synchronous_commit',
    'full_page_writes',
    'wal_sync_method',
    'shared_buffers',
    'max_wal_size',
    'autovacuum_naptime',
  ],
  mysql: [...Object.keys(mariadbSettings), 'log_bin', 'innodb_doublewrite', 'innodb_flush_method'],
}

/** Starts both for `work`; what is set on a server that somebody named is set back. */
export function withServers<T>(work: (servers: Servers) => Promise<T>): Promise<T> {
  return withServer(async (_folder, server) => {
    for (const sql of postgresSettings) await withClient(server.url('postgres'), (client) => client.query(sql))
    const mariadb = await startServer('mariadb', (line) => console.error(line))
    const before = await setMariadb(mariadb.url, mariadbSettings)
    let made = 0
    try {
      return await work({
        newDatabase: async (dialect) => {
          const name = `test_${hostTag}_${process.pid}_bench_${++made}`
          const [admin, databases] =
            dialect === 'postgres' ? [server.url('postgres'), postgresDatabases] : [mariadb.url, mariadbDatabases]
          await databases.create(admin, name)
          const url = Object.assign(new URL(admin), { pathname: name }).href
          return { url, drop: () => databases.drop(admin, name) }
        },
        described: {
          PostgreSQL: await describePostgres(server.url('postgres')),
          MariaDB: await describeMariadb(mariadb.url),
        },
      })
    } finally {
      await setMariadb(mariadb.url, before)
      await mariadb.close()
    }
  })
}

type Settings = Readonly<Record<string, number>>

/** Returns what was set before. */
async function setMariadb(url: string, settings: Settings): Promise<Settings> {
  return withMariadb(url, async (connection) => {
    const before: Record<string, number> = {}
    for (const [name, value] of Object.entries(settings)) {
      const [rows] = await connection.query(`SELECT @@GLOBAL.${name} AS value`)
      before[name] = Number((rows as { value: number }[])[0]?.value)
      await connection.query(`SET GLOBAL ${name} = ${value}`)
    }
    return before
  })
}

async function describePostgres(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string; value: string }>(
      `SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY($1)`,
      [['server_version', ...told.postgres]],
    )
    return sentence('server_version', rows)
  })
}

async function describeMariadb(url: string): Promise<string> {
  return withMariadb(url, async (connection) => {
    const [rows] = await connection.query(
      'SELECT LOWER(variable_name) AS name, variable_value AS value FROM information_schema.global_variables WHERE variable_name IN (?)',
      [['version', ...told.mysql]],
    )
    return sentence('version', rows as { name: string; value: string }[])
  })
}

function sentence(version: string, rows: readonly { name: string; value: string }[]): string {
  const values = new Map(rows.map(({ name, value }) => [name, value]))
  const settings = [...values].filter(([name]) => name !== version).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${values.get(version)} (${settings.map(([name, value]) => `${name} ${value}`).join(', ')})`
}
