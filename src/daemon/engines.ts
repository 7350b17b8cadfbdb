import { resolve } from 'node:path'
import { authorities } from '../config/authorities.ts'
import type { Config } from '../config/load.ts'
import type { TargetSettings } from '../config/schema.ts'
import type { Engine } from '../shards/engine.ts'
import { openEngine } from '../shards/open-engine.ts'
import type { State } from '../state/open-state.ts'

export interface OpenedEngine {
  readonly engine: Engine
  close(): Promise<void>
}

/** Opens the engine of a target as the configuration says how to reach it. Throws CONFIG_INVALID. */
export async function openTargetEngine(
  config: Config,
  state: Pick<State, 'siblingUrl'>,
  target: string,
): Promise<OpenedEngine> {
  const settings = config.targets[target]
  if (settings === undefined || settings.engine === 'embedded')
    return openEmbedded(config, state, target, settings?.urls?.[0])
  const engine = openOverHttp(config, target, settings)
  return { engine, close: () => engine.close() }
}

/**
 * Requests at a time to a server beside those that post: two for each shard, so that what is asked of one waits for no
 * other, and posts for none; and two for what concerns no shard.
 */
const besidePosts = (shards: number): number => 2 * shards + 2

function openOverHttp(
  config: Config,
  target: string,
  settings: Exclude<TargetSettings, { engine: 'embedded' }>,
): Engine {
  const { urls, user, password, compress, timeout, shards, index = `slip_${target}` } = settings
  const connections = config.indexer.connections + besidePosts(shards)
  const reached = {
    ...{ urls, target, index, compress, timeout, connections },
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(settings.ca === undefined ? {} : { ca: authorities(config, `targets.${target}.ca`, settings.ca) }),
  }
  if (settings.engine !== 'solr') {
    const { engine: kind, snapshots, apiKey } = settings
    return openEngine('opensearch', { ...reached, ...(apiKey === undefined ? {} : { apiKey }), snapshots, kind })
  }
  const { replicas, minReplicas, snapshots } = settings
  return openEngine('solr', { ...reached, snapshots, shards, replicas, minReplicas })
}

/**
 * Without `urls` it gets the database slip_index_NAME on the server of the state database, when that is a PostgreSQL; it
 * never shares a transaction with the slip_ tables.
 */
async function openEmbedded(
  config: Config,
  state: Pick<State, 'siblingUrl'>,
  target: string,
  url: string | undefined,
): Promise<OpenedEngine> {
  const database = `slip_index_${target.replaceAll('-', '_')}`
  const writers = config.indexer.connections
  if (!url?.startsWith('embedded:')) {
    const engine = openEngine('embedded', {
      url: url ?? state.siblingUrl(database),
      target,
      writers,
    })
    return { engine, close: () => engine.close() }
  }
  const { acquireServer } = await import('../embedded-postgres/server.ts')
  const server = await acquireServer(resolve(config.baseDir, url.slice('embedded:'.length)))
  const engine = openEngine('embedded', { url: server.url(database), target, writers })
  return { engine, close: () => engine.close().finally(() => server.release()) }
}
