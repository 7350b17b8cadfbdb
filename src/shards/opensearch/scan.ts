import { z } from 'zod'
import { type Held, type HighestFence, mostScanned } from '../engine.ts'
import { schemaDescription } from '../schema/description.ts'
import { openSearchVisible } from '../schema/open-search-mapping.ts'
import { commit } from './commit.ts'
import { heldOf } from './held.ts'
import { shardAlias } from './names.ts'
import { ask, type Server, withJson } from './server.ts'

/** Neither tombstones nor the marker. */
const live = openSearchVisible(schemaDescription)

/** See Engine.scan. */
export async function scanHeld(server: Server, shard: number, after: string, limit: number): Promise<Held[]> {
  const size = Math.min(Math.max(limit, 0), mostScanned)
  const search = { query: live, sort: [{ id: 'asc' }], search_after: [after], size }
  return (await columns(server, shard, ['id', 'rev', 'fence', 'digest'], search)).map(heldOf)
}

/** See Engine.highestFence. Tombstones have one, the marker has none. What no commit has shown yet counts. */
export async function highestFence(server: Server, shard: number): Promise<HighestFence | null> {
  await commit(server, shard, 'visible')
  const search = { query: { exists: { field: 'fence' } }, sort: [{ fence: 'desc' }], size: 1 }
  const [highest] = (await columns(server, shard, ['id', 'fence'], search)).map(heldOf)
  return highest === undefined ? null : { id: highest.id, fence: highest.fence }
}

/** See Engine.count. */
export async function countHeld(server: Server, shard: number): Promise<number> {
  const path = `/${shardAlias(server.index, shard)}/_count`
  const request = withJson('POST', path, { query: live })
  return (await ask(server, request, { shape: z.object({ count: z.number() }), shard })).count
}

const columnShapes = {
  id: z.array(z.string()).optional(),
  rev: z.array(z.number()).optional(),
  fence: z.array(z.number()).optional(),
  digest: z.array(z.string()).optional(),
}
const foundShape = z.object({
  hits: z.object({ hits: z.array(z.object({ fields: z.object(columnShapes).optional() })) }),
})

/** What a search finds, as values of columns: the documents themselves stay packed. */
async function columns(
  server: Server,
  shard: number,
  names: readonly (keyof typeof columnShapes)[],
  search: object,
): Promise<Parameters<typeof heldOf>[0][]> {
  const path = `/${shardAlias(server.index, shard)}/_search`
  const body = { ...search, _source: false, docvalue_fields: names, track_total_hits: false }
  const { hits } = await ask(server, withJson('POST', path, body), { shape: foundShape, shard })
  return hits.hits.map(({ fields: { id, rev, fence, digest } = {} }) => ({
    id: id?.[0],
    rev: rev?.[0],
    fence: fence?.[0],
    digest: digest?.[0],
  }))
}
