import type { Engine } from '../engine.ts'
import { HttpNodes } from '../http/nodes.ts'
import { acknowledged, contentOf, unavailable } from './answers.ts'
import { chainsOf } from './chains.ts'
import { checkSchema } from './check-schema.ts'
import { commitShard } from './commit.ts'
import { Cores } from './cores.ts'
import { createIndex } from './create.ts'
import { Doubts } from './doubts.ts'
import { readMarker, writeMarker } from './marker.ts'
import type { SolrOptions } from './options.ts'
import { purgeTombstones } from './purge.ts'
import { countHeld, getHeld, highestFence, scanHeld } from './read.ts'
import { searchIndex } from './search.ts'
import { sizeOf } from './size.ts'
import { restore, snapshot } from './snapshot.ts'
import { type Write, writeAll } from './update.ts'

/** Solr 9: a core for each shard on servers that stand alone, or a collection with a named shard for each in a SolrCloud. */
export function openSolrEngine(options: SolrOptions): Engine {
  const { target, index } = options
  const nodes = openNodes(options)
  const cores = new Cores(index, nodes)
  const chains = chainsOf(target)
  const doubts = new Doubts()
  const told = <T>(answer: Promise<T>, shard?: number): Promise<T> =>
    answer.catch((error: unknown) => {
      throw unavailable(error, target, shard)
    })
  const write = (shard: number, writes: readonly Write[], tooLarge?: () => void) =>
    writeAll({ cores, chains, doubts, shard, tooLarge, ...options }, writes)
  return {
    create: (shards) => told(createIndex(cores, chains, options, shards)),
    post: (shard, documents, tooLarge) =>
      write(
        shard,
        documents.map(({ id, fence, json, provenance }) => ({ id, fence, json: [json, provenance] })),
        tooLarge,
      ),
    remove: (shard, removals) =>
      write(
        shard,
        removals.map(({ id, fence }) => ({ id, fence, json: null })),
      ),
    purgeTombstones: (shard, before) => told(purgeTombstones(cores, chains, shard, before), shard),
    get: (shard, ids) => told(getHeld(cores, shard, ids), shard),
    scan: (shard, after, limit) => told(scanHeld(cores, shard, after, limit), shard),
    highestFence: (shard) => told(highestFence(cores, shard), shard),
    marker: (shard) => told(readMarker(cores, shard), shard),
    mark: (shard, from, to) => told(writeMarker(cores, chains, shard, { from, to }), shard),
    count: (shard) => told(countHeld(cores, shard), shard),
    size: (shard) => told(sizeOf(cores, shard), shard),
    commit: (shard, reach) => told(commitShard(cores, shard, reach), shard),
    search: (query, asked) => told(searchIndex(cores, options.shards, query, asked)),
    nodeOf: (shard) => cores.nodeOf(shard),
    checkSchema: (shard) => told(checkSchema(cores, target, shard), shard),
    snapshot: (name, shards, onShard) => told(snapshot(cores, options, { name, shards, onShard })),
    restore: (name, shards, onShard) => told(restore(cores, options, { name, shards, onShard })),
    // its limits are for forms and uploads of files
    longestDocument: async () => null,
    health: () =>
      told(
        nodes.ask({ method: 'GET', path: '/admin/info/health?wt=json' }).then((a) => void contentOf(a, acknowledged)),
      ),
    close: () => nodes.close(),
  }
}

function openNodes({ urls, user, password, ca, compress, timeout, connections = 4 }: SolrOptions): HttpNodes {
  return new HttpNodes(urls, {
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    compress,
    connections,
    connectMs: 10_000,
    headersMs: timeout,
    bodyMs: timeout,
  })
}
