import { resolve } from 'node:path'
import type { Knex } from 'knex'
import { withAuthorities } from '../config/database-tls.ts'
import type { Config } from '../config/load.ts'
import { closeAll } from '../errors/close-all.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Database } from './connection.ts'
import { openDatabase } from './database.ts'

export interface State {
  readonly db: Database & { readonly knex: Knex }
  /** URL of another database on the same server, with the same user. */
  siblingUrl(name: string): string
  close(): Promise<void>
}

export interface OpenOptions {
  readonly applicationName: string
  readonly poolSize?: number
  /** Told where an embedded server lives when it cannot live in its own folder. */
  readonly onRelocated?: (folder: string) => void
}

/**
 * Opens the state database of a configuration. `embedded:DIR` starts the server when none runs; closing stops it when
 * nobody else uses it. Throws DATABASE_UNAVAILABLE, EMBEDDED_SERVER_FAILED, FOLDER_UNUSABLE or CONFIG_INVALID.
 */
export async function openState(
  config: Pick<Config, 'database' | 'baseDir' | 'file'>,
  options: OpenOptions,
): Promise<State> {
  const { url, user, password, tls } = config.database
  if (url.startsWith('embedded:')) return openEmbedded(resolve(config.baseDir, url.slice('embedded:'.length)), options)
  const db = await openDatabase({
    url,
    user,
    password,
    tls: withAuthorities(config, 'database', config.database).tls,
    ...options,
  })
  const siblingUrl = (name: string) => {
    const sibling = new URL(url)
    sibling.pathname = `/${name}`
    if (user !== undefined) sibling.username = encodeURIComponent(user)
    if (password !== undefined) sibling.password = encodeURIComponent(password)
    if (tls !== undefined) sibling.searchParams.set('sslmode', 'verify-full')
    if (tls?.ca !== undefined) sibling.searchParams.set('sslrootcert', resolve(config.baseDir, tls.ca))
    return sibling.href
  }
  return { db, siblingUrl, close: () => db.close() }
}

async function openEmbedded(dir: string, options: OpenOptions): Promise<State> {
  const { acquireServer } = await import('../embedded-postgres/server.ts')
  const { ensureDatabase } = await import('../embedded-postgres/database.ts')
  const server = await acquireServer(dir, options.onRelocated ? { onRelocated: options.onRelocated } : {})
  try {
    await ensureDatabase(server, 'slip')
    const db = await openDatabase({ url: server.url('slip'), ...options })
    const close = () =>
      closeAll(
        () => db.close(),
        () => server.release(),
      )
    return { db, siblingUrl: (name) => server.url(name), close }
  } catch (error) {
    await server.release()
    if (error instanceof SlipError) throw error
    throw new SlipError('EMBEDDED_SERVER_FAILED', (error as Error).message, { place: { folder: dir }, cause: error })
  }
}
