import pg from 'pg'
import { SlipError } from '../../errors/slip-error.ts'

/** What a server needs to be reached, and which namespace of it the target has. */
export interface ServerOptions {
  readonly url: string
  readonly target: string
  /** Requests at a time that write, with 2 more that read beside them; default 2. */
  readonly writers?: number
}

const readers = 2
/** Longer than any statement takes; a server that is stopped says nothing. */
const longestAnswerMs = 600_000
const targetName = /^[A-Za-z0-9_-]{1,48}$/
/** OID of int8: fences are microseconds since 1970, far below 2⁵³. */
const int8 = 20

/** The namespace of a target in the engine's database. Throws CONFIG_INVALID for a name it cannot hold. */
export function schemaOf(target: string): string {
  if (!targetName.test(target)) {
    throw new SlipError(
      'CONFIG_INVALID',
      `Target name ${target} does not fit the embedded engine: 1 to 48 letters, digits, _ and -.`,
      {
        place: { target },
      },
    )
  }
  return `index_${target}`
}

/**
 * The engine's own connections, apart from those of the state database, so that either can be cut off or restored
 * alone. Every statement runs in the namespace of the target.
 */
export function openPool(options: ServerOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    // a lock whose holder is stopped is not waited for, nor is the holder for ever
    options: `-c search_path="${schemaOf(options.target)}" -c lock_timeout=2min -c idle_in_transaction_session_timeout=60s`,
    application_name: `slip ${options.target}`,
    connectionTimeoutMillis: 10_000,
    query_timeout: longestAnswerMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    max: (options.writers ?? 2) + readers,
    types: { getTypeParser: typeParser } as pg.CustomTypesConfig,
  })
  // A connection that breaks while nobody waits on it would end the process: whoever uses it next hears of it.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}

/** Runs one statement. Throws ENGINE_UNAVAILABLE when the server is away, or has no index of this name. */
export async function ask<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  target: string,
  statement: pg.QueryConfig,
): Promise<Row[]> {
  try {
    return (await pool.query<Row>(statement)).rows
  } catch (error) {
    throw engineUnavailable(error, target, placeOf(pool))
  }
}

/** @param server as placeOf tells it */
export function engineUnavailable(error: unknown, target: string, server: string): SlipError {
  return new SlipError('ENGINE_UNAVAILABLE', `${server}: ${messageOf(error)}`, { place: { target }, cause: error })
}

/** Host, port and database, without user and password. */
export function placeOf({ options: { connectionString = '' } }: Pick<pg.Pool, 'options'>): string {
  const { host, pathname } = new URL(connectionString)
  return `${host}${pathname}`
}

/** The words of the server; an AggregateError (several addresses tried) has none of its own. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** True when the server found fault with what it was sent: data exceptions (22…), program limits (54…). */
export function isContentError(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(22|54)/.test(error.code ?? '')
}

function typeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return oid === int8 ? safeInteger : pg.types.getTypeParser(oid, format as 'text')
}

function safeInteger(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is beyond 53 bits`)
  return number
}

function ignore(): void {}
