import { mostPurged } from '../engine.ts'
import { acknowledged } from './answers.ts'
import type { Chains } from './chains.ts'
import type { Cores } from './cores.ts'
import { solrDocument } from './held.ts'
import { highestFence, searchShard } from './read.ts'
import { askCore, askShard, jsonBody, updatePath } from './request.ts'

/**
 * See Engine.purgeTombstones. They are deleted by what they are and not by their ids: of an item that came back meanwhile
 * the document is none. Those of one fence go together.
 */
export async function purgeTombstones(cores: Cores, chains: Chains, shard: number, before: number): Promise<number> {
  const highest = await highestFence(cores, shard)
  const below = Math.min(before, highest?.fence ?? 0)
  const { response } = await searchShard(cores, shard, solrDocument, {
    query: `+tombstone:true +fence:[* TO ${below}}`,
    sort: 'fence asc',
    fields: 'id,fence',
    limit: mostPurged,
  })
  const last = response.docs.at(-1)?.fence
  if (last === undefined) return 0
  const deletion = jsonBody({ delete: { query: `+tombstone:true +fence:[* TO ${last}]` } })
  await askShard(cores, shard, (core) =>
    askCore(core, { path: updatePath(core, chains.strict), ...deletion }, acknowledged),
  )
  return response.docs.length
}
