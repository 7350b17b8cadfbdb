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
  return (await columns<Held>(server, shard, ['id', 'rev', 'fence', 'digest'], search)).map(heldOf)
}

/** See Engine.highestFence. Tombstones have one, the marker has none. What no commit has shown yet counts. */
export async function highestFence(server: Server, shard: number): Promise<HighestFence | null> {
  await commit(server, shard, 'visible')
  const search = { query: { exists: { field: 'fence' } }, sort: [{ fence: 'desc' }], size: 1 }
  const [highest] = await columns<HighestFence>(server, shard, ['id', 'fence'], search)
  return highest ?? null
}

/** See Engine.count. */
export async function countHeld(server: Server, shard: number): Promise<number> {
  const path = `/${shardAlias(server.index, shard)}/_count`
  const request = withJson('POST', path, { query: live })
  return (await ask<{ count: number }>(server, request, { has: 'count', shard })).count
}

interface Found {
  readonly hits: { readonly hits: readonly { readonly fields?: Readonly<Record<string, readonly [unknown]>> }[] }
}

/** What a search finds, as values of columns: the documents themselves stay packed. */
async function columns<Row>(
  server: Server,
  shard: number,
  names: readonly (keyof Row & string)[],
  search: object,
): Promise<Row[]> {
  const path = `/${shardAlias(server.index, shard)}/_search`
  const body = { ...search, _source: false, docvalue_fields: names, track_total_hits: false }
  const { hits } = await ask<Found>(server, withJson('POST', path, body), { has: 'hits', shard })
  return hits.hits.map(({ fields = {} }) => Object.fromEntries(names.map((name) => [name, fields[name]?.[0]])) as Row)
}
