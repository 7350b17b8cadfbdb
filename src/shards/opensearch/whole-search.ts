import { z } from 'zod'
import type { Reason } from './answers.ts'
import { shardAlias } from './names.ts'
import { ask, type Server, withJson } from './server.ts'

/** What every search says beside what it found. */
export const searchedShape = z.object({ timed_out: z.boolean() })

/** Broken off by `search.default_search_timeout` of the cluster, it answers with what it had found by then. */
const brokenOff = ({ timed_out }: z.infer<typeof searchedShape>): Reason | undefined =>
  timed_out ? { reason: 'the search was broken off before it had seen all' } : undefined

/**
 * What a search finds in a shard; without one, in all that the alias of the target leads to. A part of it is a failure: what is missing would be
 * taken for not there. So it would be of a replica that copies segments, as OpenSearch can have them, and sees what was
 * committed a moment later: of a shard the primary is asked. Elasticsearch knows neither.
 */
export function search<T extends z.infer<typeof searchedShape>>(
  server: Server,
  shard: number | undefined,
  body: object,
  shape: z.ZodType<T>,
): Promise<T> {
  const whole = '_search?allow_partial_search_results=false'
  if (shard === undefined)
    return ask(server, withJson('POST', `/${server.index}/${whole}`, body), { shape, failedPart: brokenOff })
  const copy = server.kind === 'opensearch' ? '&preference=_primary' : ''
  const request = withJson('POST', `/${shardAlias(server.index, shard)}/${whole}${copy}`, body)
  return ask(server, request, { shape, failedPart: brokenOff, shard })
}
