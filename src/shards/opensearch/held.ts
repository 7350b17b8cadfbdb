import { z } from 'zod'
import type { Held } from '../engine.ts'
import { reasonShape } from './answers.ts'
import { shardAlias } from './names.ts'
import { ask, type Server, withJson } from './server.ts'

/** What stands at an id; what SLIP did not write may lack everything. */
const sourceShape = z.object({
  rev: z.number().optional(),
  fence: z.number().optional(),
  digest: z.string().optional(),
  tombstone: z.boolean().optional(),
})
type Source = z.infer<typeof sourceShape>

const gotShape = z.object({
  docs: z.array(z.object({ _id: z.string(), _source: sourceShape.optional(), error: reasonShape.optional() })),
})

/** See Engine.get. */
export async function getHeld(server: Server, shard: number, ids: readonly string[]): Promise<Held[]> {
  const found = await sourcesOf(server, shard, ids)
  return found.filter(({ tombstone }) => tombstone !== true).map(heldOf)
}

/** The fence that a shard holds for each of these ids that it knows, tombstones included. */
export async function fencesOf(server: Server, shard: number, ids: readonly string[]): Promise<Map<string, number>> {
  const found = await sourcesOf(server, shard, ids)
  return new Map(found.map(({ id, fence = 0 }) => [id, fence]))
}

export const heldOf = ({
  id = '',
  rev = 0,
  fence = 0,
  digest = '',
}: Source & { readonly id?: string | undefined }): Held => ({
  id,
  rev,
  fence,
  digest,
})

/** Asked by id, which needs no refresh. */
async function sourcesOf(server: Server, shard: number, ids: readonly string[]): Promise<(Source & { id: string })[]> {
  // one that is no id makes the whole a failure
  const asked = [...new Set(ids)].filter((id) => id !== '')
  if (asked.length === 0) return []
  const path = `/${shardAlias(server.index, shard)}/_mget?_source_includes=rev,fence,digest,tombstone`
  const failedPart = ({ docs }: z.infer<typeof gotShape>) => docs.find(({ error }) => error !== undefined)?.error
  const { docs } = await ask(server, withJson('POST', path, { ids: asked }), { shape: gotShape, shard, failedPart })
  return docs.flatMap(({ _id: id, _source }) => (_source === undefined ? [] : { ..._source, id }))
}
