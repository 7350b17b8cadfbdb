import type { Knex } from 'knex'
import { SlipError } from '../errors/slip-error.ts'
import type { Database } from './connection.ts'
import { type Login, openPool } from './pool.ts'

export interface DatabaseOptions {
  readonly url: string
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly tls?: Login['tls']
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly poolSize?: number
}

/**
 * Opens a pool on `postgres://…` or `mysql://…` (MariaDB too); nothing is connected before the first statement. Throws
 * CONFIG_INVALID for another URL.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database & { readonly knex: Knex }> {
  const { url, dialect } = parse(options.url)
  const login: Login = {
    host: decodeURIComponent(url.hostname),
    port: Number(url.port || (dialect === 'postgres' ? 5432 : 3306)),
    database: decodeURIComponent(url.pathname.slice(1)),
    user: options.user ?? decodeURIComponent(url.username),
    password: options.password ?? decodeURIComponent(url.password),
    tls: options.tls,
    applicationName: options.applicationName,
  }
  const place = `${login.host}:${login.port}/${login.database}`
  const size = options.poolSize ?? 4
  if (dialect === 'mysql') return openPool((await import('./mysql.ts')).mysqlDriver(login), place, size)
  return openPool((await import('./postgres.ts')).postgresDriver(login), place, size)
}

function parse(text: string): { url: URL; dialect: Database['dialect'] } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^postgres(ql)?:$/.test(url.protocol)) return { url, dialect: 'postgres' }
  if (url && /^(mysql|mariadb):$/.test(url.protocol)) return { url, dialect: 'mysql' }
  throw new SlipError(
    'CONFIG_INVALID',
    'database.url must be postgres:// or mysql:// HOST[:PORT]/NAME, or embedded:DIR',
  )
}
