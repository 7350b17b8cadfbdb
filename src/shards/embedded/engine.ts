import type { Engine } from '../engine.ts'
import { checkSchema } from './check-schema.ts'
import { createIndex } from './create.ts'
import { readMarker, writeMarker } from './marker.ts'
import { postDocuments, removeItems } from './post.ts'
import { purgeTombstones } from './purge.ts'
import { countHeld, getHeld, highestFence, scanHeld, sizeOf } from './scan.ts'
import { searchIndex } from './search.ts'
import { ask, openPool, type ServerOptions } from './server.ts'
import { refuseSnapshot } from './snapshot.ts'

/**
 * The engine for trying things out and for small libraries: PostgreSQL full text, one row per page, in a database of
 * its own. Connects with the first call.
 *
 * @param server url: postgres://…; target: names the namespace in that database
 * @throws CONFIG_INVALID for a target name the server cannot hold
 */
export function openEmbeddedEngine(server: ServerOptions): Engine {
  const pool = openPool(server)
  const { target } = server
  return {
    create: (shards) => createIndex(pool, server, shards),
    post: (shard, documents) => postDocuments(pool, shard, documents),
    remove: (shard, removals) => removeItems(pool, shard, removals),
    purgeTombstones: (shard, before) => purgeTombstones(pool, target, shard, before),
    get: (shard, ids) => getHeld(pool, target, shard, ids),
    scan: (shard, after, limit) => scanHeld(pool, target, shard, after, limit),
    highestFence: (shard) => highestFence(pool, target, shard),
    marker: (shard) => readMarker(pool, target, shard),
    mark: (shard, from, to) => writeMarker(pool, target, shard, { from, to }),
    count: (shard) => countHeld(pool, target, shard),
    size: (shard) => sizeOf(pool, target, shard),
    // what is reported done is committed, and on disk as far as the server waits for it
    commit: async () => {},
    search: (query, options) => searchIndex(pool, target, query, options),
    // one server has them all
    nodeOf: () => '',
    checkSchema: (shard) => checkSchema(pool, target, shard),
    snapshot: (name) => refuseSnapshot(server, name),
    restore: (name) => refuseSnapshot(server, name),
    longestDocument: async () => null,
    health: async () => {
      await ask(pool, target, { text: 'SELECT 1' })
    },
    close: async () => {
      if (!pool.ended) await pool.end()
    },
  }
}
