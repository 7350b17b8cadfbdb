import { z } from 'zod'
import { mostPurged } from '../engine.ts'
import { shardAlias } from './names.ts'
import { bulkItemShape } from './outcomes.ts'
import { assertOwnIndex } from './own-index.ts'
import { highestFence } from './scan.ts'
import { ask, type Server } from './server.ts'
import { search, searchedShape } from './whole-search.ts'

const foundShape = searchedShape.extend({
  hits: z.object({ hits: z.array(z.object({ _id: z.string(), _seq_no: z.number(), _primary_term: z.number() })) }),
})

/**
 * See Engine.purgeTombstones. Each is deleted as it was found: where the item came back meanwhile, that is a conflict, and
 * the document stays. A delete without an external version makes no index where there is none.
 */
export async function purgeTombstones(server: Server, shard: number, before: number): Promise<number> {
  await assertOwnIndex(server, shard)
  const highest = await highestFence(server, shard)
  const below = Math.min(before, highest?.fence ?? 0)
  const path = `/${shardAlias(server.index, shard)}`
  const filter = [{ term: { tombstone: true } }, { range: { fence: { lt: below } } }]
  const query = {
    query: { bool: { filter } },
    sort: [{ fence: 'asc' }],
    size: mostPurged,
    _source: false,
    seq_no_primary_term: true,
    track_total_hits: false,
  }
  const { hits } = await search(server, shard, query, foundShape)
  if (hits.hits.length === 0) return 0
  const lines = hits.hits.map(({ _id, _seq_no, _primary_term }) =>
    JSON.stringify({ delete: { _id, if_seq_no: _seq_no, if_primary_term: _primary_term } }),
  )
  const body = Buffer.from(`${lines.join('\n')}\n`)
  const request = { method: 'POST', path: `${path}/_bulk`, body, type: 'application/x-ndjson' } as const
  await ask(server, request, { shape: deletedShape, shard, failedPart: failedDelete })
  return hits.hits.length
}

const deletedShape = z.object({ items: z.array(z.object({ delete: bulkItemShape })) })

/** Neither gone already nor changed meanwhile is a failure. */
const failedDelete = ({ items }: z.infer<typeof deletedShape>) =>
  items.find(({ delete: { status } }) => status >= 300 && status !== 404 && status !== 409)?.delete.error
