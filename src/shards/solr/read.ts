import { z } from 'zod'
import { type Held, type HighestFence, mostScanned } from '../engine.ts'
import { schemaDescription } from '../schema/description.ts'
import { unfilteredHandler } from '../schema/solr-config.ts'
import { solrVisible } from '../schema/solr-schema.ts'
import { commitShard } from './commit.ts'
import type { Cores } from './cores.ts'
import { heldFields, heldOf, readHeld, solrDocument } from './held.ts'
import { askCore, askShard, jsonBody } from './request.ts'

/** What a search answers of a core alone. */
const foundOf = <T>(document: z.ZodType<T>) =>
  z.object({ response: z.object({ numFound: z.number(), docs: z.array(document) }) })
type Found<T> = z.infer<ReturnType<typeof foundOf<T>>>

/** Neither tombstones nor the marker; said here, for the handler that SLIP asks hides nothing. */
export const live = solrVisible(schemaDescription)

/** A search in the core of a shard, by Solr's JSON request; `${…}` in it is text. */
export function searchShard<T>(
  cores: Cores,
  shard: number,
  document: z.ZodType<T>,
  request: object,
): Promise<Found<T>> {
  const shape = foundOf(document)
  const asked = { path: `${unfilteredHandler}?distrib=false&wt=json&expandMacros=false`, ...jsonBody(request) }
  return askShard(cores, shard, (core) => askCore(core, asked, shape))
}

/** See Engine.get. */
export async function getHeld(cores: Cores, shard: number, ids: readonly string[]): Promise<Held[]> {
  if (ids.length === 0) return []
  const held = await askShard(cores, shard, (core) => readHeld(core, ids))
  return [...held.values()]
    .filter(({ isTombstone }) => !isTombstone)
    .map(({ id, rev, fence, digest }) => ({ id, rev, fence, digest }))
}

/** See Engine.scan. */
export async function scanHeld(cores: Cores, shard: number, after: string, limit: number): Promise<Held[]> {
  const { response } = await searchShard(cores, shard, solrDocument, {
    query: '*:*',
    // each is asked once: no use to keep what it matches
    filter: [live, ...(after === '' ? [] : [`{!lucene cache=false}id:{${quoted(after)} TO *]`])],
    sort: 'id asc',
    fields: heldFields,
    limit: Math.min(Math.max(limit, 0), mostScanned),
  })
  return response.docs.map(heldOf).map(({ id, rev, fence, digest }) => ({ id, rev, fence, digest }))
}

/** See Engine.highestFence. What no commit has shown yet counts, so there is one first. */
export async function highestFence(cores: Cores, shard: number): Promise<HighestFence | null> {
  await commitShard(cores, shard, 'visible')
  const { response } = await searchShard(cores, shard, solrDocument, {
    query: '*:*',
    filter: ['-marker:[* TO *]'],
    sort: 'fence desc',
    fields: 'id,fence',
    limit: 1,
  })
  const [highest] = response.docs
  return highest?.fence === undefined ? null : { id: highest.id, fence: highest.fence }
}

/** See Engine.count. */
export async function countHeld(cores: Cores, shard: number): Promise<number> {
  const { response } = await searchShard(cores, shard, solrDocument, { query: '*:*', filter: [live], limit: 0 })
  return response.numFound
}

/** As a term of Solr's query language that has no operators. */
export const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
