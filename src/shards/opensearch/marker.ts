import { z } from 'zod'
import { reasonShape } from './answers.ts'
import { flush } from './commit.ts'
import { shardAlias } from './names.ts'
import { assertOwnIndex } from './own-index.ts'
import { ask, refusalIn, type Server, withJson } from './server.ts'

/**
 * The durability marker is a document among the others, which searches, scans and counts leave out: whatever empties a
 * shard or sets it back takes it along. It has no fence, and an id with a blank, as no item has.
 */
const id = 'durability marker'

interface Marker {
  readonly value: number | null
  /** What the next write must find unchanged. */
  readonly condition: string
}

const gotShape = z.object({
  docs: z.tuple([
    z.object({
      _seq_no: z.number().optional(),
      _primary_term: z.number().optional(),
      _source: z.object({ marker: z.number() }).optional(),
      error: reasonShape.optional(),
    }),
  ]),
})
const writtenShape = z.object({ result: z.string() })

/** See Engine.marker. */
export async function readMarker(server: Server, shard: number): Promise<number | null> {
  return (await find(server, shard)).value
}

/** See Engine.mark. */
export async function writeMarker(
  server: Server,
  shard: number,
  { from, to }: { readonly from: number | null; readonly to: number },
): Promise<boolean> {
  await assertOwnIndex(server, shard)
  const { value, condition } = await find(server, shard)
  if (value !== from) return false
  const path = `/${shardAlias(server.index, shard)}/_doc/${encodeURIComponent(id)}?require_alias=true&${condition}`
  try {
    await ask(server, withJson('PUT', path, { marker: to }), { shape: writtenShape, shard })
  } catch (error) {
    if (refusalIn(error)?.status === 409) return false
    throw error
  }
  await flush(server, shard)
  return true
}

async function find(server: Server, shard: number): Promise<Marker> {
  // a document that is missing makes no answer a refusal, as it does where one is asked for alone
  const path = `/${shardAlias(server.index, shard)}/_mget`
  const failedPart = ({ docs }: z.infer<typeof gotShape>) => docs[0].error
  const { docs } = await ask(server, withJson('POST', path, { ids: [id] }), { shape: gotShape, shard, failedPart })
  const [found] = docs
  if (found._source === undefined) return { value: null, condition: 'op_type=create' }
  const { _seq_no, _primary_term, _source } = found
  return { value: _source.marker, condition: `if_seq_no=${_seq_no}&if_primary_term=${_primary_term}` }
}
