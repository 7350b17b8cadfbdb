import type { Engine } from '../engine.ts'
import { createIndex } from './create.ts'
import { readMarker, writeMarker } from './marker.ts'
import { postDocuments, removeItems } from './post.ts'
import { countHeld, getHeld, highestFence, scanHeld } from './scan.ts'
import { searchPages } from './search.ts'
import { ask, openPool, type ServerOptions } from './server.ts'

/**
 * The engine for trying things out and for small libraries: PostgreSQL full text, one row per page, in a database of
 * its own. Connects with the first call.
 *
 * @param options url: postgres://…; target: names the namespace in that database
 * @throws CONFIG_INVALID for a target name the server cannot hold
 */
export function openEmbeddedEngine(options: ServerOptions): Engine {
  const pool = openPool(options)
  const { target } = options
  return {
    create: (shards) => createIndex(pool, options, shards),
    post: (shard, documents) => postDocuments(pool, shard, documents),
    remove: (shard, removals) => removeItems(pool, shard, removals),
    get: (shard, ids) => getHeld(pool, target, shard, ids),
    scan: (shard, after, limit) => scanHeld(pool, target, shard, after, limit),
    highestFence: (shard) => highestFence(pool, target, shard),
    marker: (shard) => readMarker(pool, target, shard),
    mark: (shard, from, to) => writeMarker(pool, target, shard, { from, to }),
    count: (shard) => countHeld(pool, target, shard),
    // what is reported done is committed, and on disk as far as the server waits for it
    commit: async () => {},
    search: (query, limits) => searchPages(pool, target, query, limits),
    health: async () => {
      await ask(pool, target, { text: 'SELECT 1' })
    },
    close: async () => {
      if (!pool.ended) await pool.end()
    },
  }
}
