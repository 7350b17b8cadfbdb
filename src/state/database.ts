import type { Knex } from 'knex'
import { SlipError } from '../errors/slip-error.ts'
import type { Database } from './connection.ts'
import { type Login, openPool } from './pool.ts'
import { postgresDriver } from './postgres.ts'

export interface DatabaseOptions {
  readonly url: string
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly poolSize?: number
}

/** Opens a pool on `postgres://…`; nothing is connected before the first statement. Throws CONFIG_INVALID for another URL. */
export async function openDatabase(options: DatabaseOptions): Promise<Database & { readonly knex: Knex }> {
  const url = parse(options.url)
  const login: Login = {
    host: decodeURIComponent(url.hostname),
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    user: options.user ?? decodeURIComponent(url.username),
    password: options.password ?? decodeURIComponent(url.password),
    applicationName: options.applicationName,
  }
  return openPool(postgresDriver(login), `${login.host}:${login.port}/${login.database}`, options.poolSize ?? 4)
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^postgres(ql)?:$/.test(url.protocol)) return url
  throw new SlipError('CONFIG_INVALID', 'database.url must be postgres://HOST[:PORT]/NAME or embedded:DIR')
}
