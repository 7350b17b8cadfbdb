import { resolve } from 'node:path'
import type { Config } from '../config/load.ts'
import type { Engine } from '../shards/engine.ts'
import { openEngine } from '../shards/open-engine.ts'
import type { State } from '../state/open-state.ts'

export interface OpenedEngine {
  readonly engine: Engine
  close(): Promise<void>
}

/**
 * Opens the engine of a target as the configuration says how to reach it. The embedded engine without `urls` gets the
 * database slip_index_NAME on the server of the state database; it never shares a transaction with the slip_ tables.
 */
export async function openTargetEngine(
  config: Config,
  state: Pick<State, 'siblingUrl'>,
  target: string,
): Promise<OpenedEngine> {
  const [url] = config.targets[target]?.urls ?? []
  const database = `slip_index_${target.replaceAll('-', '_')}`
  if (!url?.startsWith('embedded:')) {
    const engine = openEngine('embedded', { url: url ?? state.siblingUrl(database), target })
    return { engine, close: () => engine.close() }
  }
  const { acquireServer } = await import('../embedded-postgres/server.ts')
  const server = await acquireServer(resolve(config.baseDir, url.slice('embedded:'.length)))
  const engine = openEngine('embedded', { url: server.url(database), target })
  return { engine, close: () => engine.close().finally(() => server.release()) }
}
