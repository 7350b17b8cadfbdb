import pg from 'pg'
import { rightsDb } from '../../../src/config/rights-db.ts'
import type { RightsDbSettings } from '../../../src/sources/rights-db/rights-db.ts'
import { type TestDatabase, testDatabase } from '../../services/database.ts'

export type ForeignServer = 'postgres' | 'mariadb'
export const foreignServers: readonly ForeignServer[] = ['mariadb', 'postgres']

/** A rights database with the tables and columns of HathiTrust's, on a server of its own dialect. */
export interface Foreign {
  readonly url: string
  run(sql: string): Promise<void>
  /** A row as a person or a program of the library would write it; without a time it is now. */
  put(htid: string, attr: number, time?: string): Promise<void>
  drop(): Promise<void>
}

const mariadb = [
  `CREATE TABLE rights_current (
     namespace varchar(8) NOT NULL, id varchar(32) NOT NULL DEFAULT '', attr tinyint(4) NOT NULL,
     reason tinyint(4) NOT NULL, source tinyint(4) NOT NULL, access_profile tinyint(4) NOT NULL,
     user varchar(32) NOT NULL DEFAULT '', time timestamp NOT NULL DEFAULT current_timestamp(),
     note mediumtext DEFAULT NULL,
     PRIMARY KEY (namespace, id), KEY time (time), KEY rights_current_attr_index (attr)
   ) ENGINE=InnoDB DEFAULT CHARSET=utf8`,
  ...['attributes', 'reasons', 'sources', 'access_profiles'].map(
    (table) =>
      `CREATE TABLE ${table} (id tinyint(3) unsigned NOT NULL PRIMARY KEY, name varchar(16) NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=latin1`,
  ),
]

const postgres = [
  `CREATE TABLE rights_current (
     namespace varchar(8) NOT NULL, id varchar(32) NOT NULL, attr smallint NOT NULL, reason smallint NOT NULL,
     source smallint NOT NULL, access_profile smallint NOT NULL, "user" varchar(32) NOT NULL DEFAULT '',
     time timestamptz NOT NULL DEFAULT now(), note text, PRIMARY KEY (namespace, id)
   )`,
  'CREATE INDEX rights_current_time ON rights_current (time, namespace, id)',
  ...['attributes', 'reasons', 'sources', 'access_profiles'].map(
    (table) => `CREATE TABLE ${table} (id smallint PRIMARY KEY, name varchar(16) NOT NULL)`,
  ),
]

const names = [
  `INSERT INTO attributes (id, name) VALUES (1, 'pd'), (2, 'ic'), (8, 'nobody'), (28, 'pd-new')`,
  `INSERT INTO reasons (id, name) VALUES (1, 'bib'), (2, 'ncn')`,
  `INSERT INTO sources (id, name) VALUES (1, 'google'), (2, 'lit-dlps-dc')`,
  `INSERT INTO access_profiles (id, name) VALUES (1, 'open'), (2, 'google')`,
]

export async function openForeign(server: ForeignServer): Promise<Foreign> {
  const foreign = await openEmpty(server)
  for (const statement of [...(server === 'postgres' ? postgres : mariadb), ...names]) await foreign.run(statement)
  return foreign
}

/** What the configuration says of such a database when it says nothing but where it is. */
export function settingsOf(url: string): RightsDbSettings {
  return rightsDb.parse({ kind: 'rights-db', url })
}

/** The same without its tables. */
export async function openEmpty(server: ForeignServer): Promise<Foreign> {
  const database = await testDatabase(server)
  const { run, end } = server === 'postgres' ? await overPostgres(database) : await overMariadb(database)
  return {
    url: database.url,
    run,
    put: async (htid, attr, time) => {
      const [namespace, ...rest] = htid.split('.')
      const key = `namespace = '${namespace}' AND id = '${rest.join('.')}'`
      const at = time === undefined ? 'CURRENT_TIMESTAMP' : `'${time}'`
      await run(`DELETE FROM rights_current WHERE ${key}`)
      await run(`INSERT INTO rights_current (namespace, id, attr, reason, source, access_profile, time)
                 VALUES ('${namespace}', '${rest.join('.')}', ${attr}, 1, 1, 2, ${at})`)
    },
    drop: async () => {
      await end()
      await database.drop()
    },
  }
}

async function overPostgres({ url }: TestDatabase) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`SET timezone = 'UTC'`)
  return { run: async (sql: string) => void (await client.query(sql)), end: () => client.end() }
}

async function overMariadb({ url }: TestDatabase) {
  const { createConnection } = await import('mysql2/promise')
  const client = await createConnection(url.replace(/^mariadb:/, 'mysql:'))
  await client.query(`SET SESSION time_zone = '+00:00'`)
  return { run: async (sql: string) => void (await client.query(sql)), end: () => client.end() }
}
