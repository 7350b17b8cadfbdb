import { z } from 'zod'
import { type Held, type HighestFence, mostScanned } from '../engine.ts'
import { schemaDescription } from '../schema/description.ts'
import { openSearchVisible } from '../schema/open-search-mapping.ts'
import { commit } from './commit.ts'
import { heldOf } from './held.ts'
import type { Server } from './server.ts'
import { search, searchedShape } from './whole-search.ts'

/** Neither tombstones nor the marker. */
const live = openSearchVisible(schemaDescription)

/** See Engine.scan. */
export async function scanHeld(server: Server, shard: number, after: string, limit: number): Promise<Held[]> {
  const size = Math.min(Math.max(limit, 0), mostScanned)
  const query = { query: live, sort: [{ id: 'asc' }], search_after: [after], size }
  return (await columns(server, shard, ['id', 'rev', 'fence', 'digest'], query)).map(heldOf)
}

/** See Engine.highestFence. Tombstones have one, the marker has none. What no commit has shown yet counts. */
export async function highestFence(server: Server, shard: number): Promise<HighestFence | null> {
  await commit(server, shard, 'visible')
  const query = { query: { exists: { field: 'fence' } }, sort: [{ fence: 'desc' }], size: 1 }
  const [highest] = (await columns(server, shard, ['id', 'fence'], query)).map(heldOf)
  return highest === undefined ? null : { id: highest.id, fence: highest.fence }
}

/** See Engine.count. By a search: what counts alone does not say that it was broken off. */
export async function countHeld(server: Server, shard: number): Promise<number> {
  return (await search(server, shard, { query: live, size: 0, track_total_hits: true }, countedShape)).hits.total.value
}

const countedShape = searchedShape.extend({ hits: z.object({ total: z.object({ value: z.number() }) }) })

const columnShapes = {
  id: z.array(z.string()).optional(),
  rev: z.array(z.number()).optional(),
  fence: z.array(z.number()).optional(),
  digest: z.array(z.string()).optional(),
}
const foundShape = searchedShape.extend({
  hits: z.object({ hits: z.array(z.object({ fields: z.object(columnShapes).optional() })) }),
})

/** What a search finds, as values of columns: the documents themselves stay packed. */
async function columns(
  server: Server,
  shard: number,
  names: readonly (keyof typeof columnShapes)[],
  query: object,
): Promise<Parameters<typeof heldOf>[0][]> {
  const body = { ...query, _source: false, docvalue_fields: names, track_total_hits: false }
  const { hits } = await search(server, shard, body, foundShape)
  return hits.hits.map(({ fields: { id, rev, fence, digest } = {} }) => ({
    id: id?.[0],
    rev: rev?.[0],
    fence: fence?.[0],
    digest: digest?.[0],
  }))
}
