import { SlipError } from '../errors/slip-error.ts'
import type { Connection } from './connection.ts'

/** What a database server says of itself. */
export interface ServerFacts {
  readonly product: 'PostgreSQL' | 'MariaDB' | 'MySQL'
  /** `16.4`, `10.11.6`. */
  readonly version: string
  /** How changes are logged for replicas; null where nothing is. */
  readonly binlogFormat: string | null
  /** A node of a Galera cluster. */
  readonly galera: boolean
  /** Of the database, where texts are only what that can hold; null where tables say it themselves. */
  readonly encoding: string | null
}

/** The oldest whose locks and CHECKs do what the transitions need: SKIP LOCKED, and a CHECK that is not ignored. */
const oldest = { PostgreSQL: '14', MariaDB: '10.6', MySQL: '8.0.16' } as const

const settings = `SHOW VARIABLES WHERE Variable_name IN ('version', 'log_bin', 'binlog_format', 'wsrep_on')`

/**
 * Asks the server what it is. Returns what the operator should know though it is no obstacle, a sentence each. Throws
 * SERVER_UNSUPPORTED, unless SLIP_TEST_ANY_SERVER=1 (a test may use what it finds).
 */
export async function checkServer(db: Pick<Connection, 'dialect' | 'query'>): Promise<string[]> {
  const facts = await readFacts(db)
  const refusal = refusalOf(facts)
  if (refusal !== null && process.env.SLIP_TEST_ANY_SERVER !== '1') throw new SlipError('SERVER_UNSUPPORTED', refusal)
  return warningsOf(facts)
}

async function readFacts(db: Pick<Connection, 'dialect' | 'query'>): Promise<ServerFacts> {
  if (db.dialect === 'postgres') {
    const [row] = await db.query<{ version: string; encoding: string }>(
      "SELECT current_setting('server_version') AS version, current_setting('server_encoding') AS encoding",
    )
    const { version = '', encoding = null } = row ?? {}
    return { ...serverOf('postgres', version), binlogFormat: null, galera: false, encoding }
  }
  const rows = await db.query<{ Variable_name: string; Value: string }>(settings)
  const values = new Map(rows.map((row) => [row.Variable_name, row.Value]))
  const galera = values.get('wsrep_on') === 'ON'
  // Galera sends what a log would hold to its nodes, also without one
  const isLogged = values.get('log_bin') === 'ON' || galera
  return {
    ...serverOf('mysql', values.get('version') ?? ''),
    binlogFormat: isLogged ? (values.get('binlog_format') ?? null) : null,
    galera,
    encoding: null,
  }
}

/**
 * Product and version from the version a server tells: `16.4 (Debian 16.4-1)`, `10.11.6-MariaDB-log`, `8.0.36`. Behind
 * old clients' replication MariaDB puts `5.5.5-` before its own.
 */
export function serverOf(dialect: Connection['dialect'], told: string): Pick<ServerFacts, 'product' | 'version'> {
  const isMariaDb = /mariadb/i.test(told)
  const product = dialect === 'postgres' ? 'PostgreSQL' : isMariaDb ? 'MariaDB' : 'MySQL'
  const own = isMariaDb ? told.replace(/^5\.5\.5-/, '') : told
  return { product, version: /^\d+(\.\d+)*/.exec(own)?.[0] ?? '0' }
}

/** Why SLIP cannot work on it; null when it can. */
export function refusalOf({ product, version, binlogFormat, encoding }: ServerFacts): string | null {
  if (isOlder(version, oldest[product]))
    return `${product} ${version} is too old: ${oldest[product]} or newer is needed`
  if (binlogFormat?.toUpperCase() === 'STATEMENT') {
    return `binlog_format is STATEMENT: set it to ROW or MIXED, for SLIP works in READ COMMITTED`
  }
  if (encoding !== null && encoding !== 'UTF8') {
    return `the database is in ${encoding} and has to be in UTF8: make it with createdb --encoding UTF8 --template template0`
  }
  return null
}

export function warningsOf({ galera }: ServerFacts): string[] {
  return galera
    ? [
        'wsrep_on is ON, and SLIP was never tested on Galera: let every daemon use the same node, for locks of one node are not seen on another',
      ]
    : []
}

function isOlder(version: string, than: string): boolean {
  const ours = version.split('.').map(Number)
  for (const [index, least] of than.split('.').map(Number).entries()) {
    const part = ours[index] ?? 0
    if (part !== least) return part < least
  }
  return false
}
