import { resolve } from 'node:path'
import type { Config } from '../config/load.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Engine } from '../shards/engine.ts'
import { openEngine } from '../shards/open-engine.ts'
import type { State } from '../state/open-state.ts'

export interface OpenedEngine {
  readonly engine: Engine
  close(): Promise<void>
}

/**
 * Opens the engine of a target as the configuration says how to reach it. The embedded engine without `urls` gets the
 * database slip_index_NAME on the server of the state database, when that is a PostgreSQL; it never shares a transaction
 * with the slip_ tables. Throws CONFIG_INVALID when it is none.
 */
export async function openTargetEngine(
  config: Config,
  state: Pick<State, 'siblingUrl'>,
  target: string,
): Promise<OpenedEngine> {
  const [url] = config.targets[target]?.urls ?? []
  const database = `slip_index_${target.replaceAll('-', '_')}`
  if (!url?.startsWith('embedded:')) {
    const engine = openEngine('embedded', {
      url: url ?? siblingUrl(state, database, { target, file: config.file }),
      target,
    })
    return { engine, close: () => engine.close() }
  }
  const { acquireServer } = await import('../embedded-postgres/server.ts')
  const server = await acquireServer(resolve(config.baseDir, url.slice('embedded:'.length)))
  const engine = openEngine('embedded', { url: server.url(database), target })
  return { engine, close: () => engine.close().finally(() => server.release()) }
}

function siblingUrl(
  state: Pick<State, 'siblingUrl'>,
  database: string,
  { target, file }: { readonly target: string; readonly file: string },
): string {
  const url = state.siblingUrl(database)
  if (url !== null) return url
  const key = `targets.${target}.urls`
  const message = `${key} is missing: the embedded engine needs a PostgreSQL, and the state database is none; name one, or embedded:DIR`
  throw new SlipError('CONFIG_INVALID', message, { place: { key, file } })
}
