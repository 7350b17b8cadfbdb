import type { Engine } from '../engine.ts'
import { postDocuments, removeItems } from './bulk.ts'
import { checkSchema } from './check-schema.ts'
import { commit } from './commit.ts'
import { createIndices } from './create.ts'
import { getHeld } from './held.ts'
import { assertKind } from './kind.ts'
import { longestDocument } from './longest-document.ts'
import { readMarker, writeMarker } from './marker.ts'
import type { OpenSearchOptions } from './options.ts'
import { purgeTombstones } from './purge.ts'
import { countHeld, highestFence, scanHeld } from './scan.ts'
import { searchItems } from './search.ts'
import { openServer } from './server.ts'
import { sizeOf } from './size.ts'
import { restore, snapshot } from './snapshot.ts'

/**
 * OpenSearch, or Elasticsearch: an index for each shard, of which one document is one item. Connects with the first call.
 *
 * Where the server itself takes a document for older or newer it goes by the fence, so that whatever comes late, twice or
 * from a process that was thought dead changes nothing.
 */
export function openOpenSearchEngine(options: OpenSearchOptions): Engine {
  const server = openServer(options)
  return {
    create: (shards) => createIndices(server, shards),
    post: (shard, documents, tooLarge) => postDocuments(server, shard, documents, tooLarge),
    remove: (shard, removals) => removeItems(server, shard, removals),
    purgeTombstones: (shard, before) => purgeTombstones(server, shard, before),
    get: (shard, ids) => getHeld(server, shard, ids),
    scan: (shard, after, limit) => scanHeld(server, shard, after, limit),
    highestFence: (shard) => highestFence(server, shard),
    marker: (shard) => readMarker(server, shard),
    mark: (shard, from, to) => writeMarker(server, shard, { from, to }),
    count: (shard) => countHeld(server, shard),
    size: (shard) => sizeOf(server, shard),
    commit: (shard, reach) => commit(server, shard, reach),
    search: (query, options) => searchItems(server, query, options),
    // any node takes what is for any shard, and each is asked in its turn: to each go so many as if the shards were shared out
    nodeOf: (shard) => String(shard % server.nodes.all.length),
    checkSchema: (shard) => checkSchema(server, shard),
    snapshot: (name, shards, onShard) => snapshot(server, { name, shards, onShard }),
    restore: (name, shards, onShard) => restore(server, { name, shards, onShard }),
    longestDocument: () => longestDocument(server),
    health: async () => {
      await assertKind(server)
      server.owned.clear()
    },
    close: () => server.nodes.close(),
  }
}
