import { z } from 'zod'
import type { Reach } from '../engine.ts'
import { type Reason, reasonShape } from './answers.ts'
import { shardAlias } from './names.ts'
import { ask, type Server } from './server.ts'

/**
 * See Engine.commit. What was acknowledged is on disk already where `index.translog.durability` is `request`, as it is
 * unless somebody changed it; a flush makes it so in any case.
 */
export async function commit(server: Server, shard: number, reach: Reach): Promise<void> {
  await onShard(server, shard, '_refresh')
  if (reach === 'durable') await flush(server, shard)
}

/** Resolves when all that was acknowledged before is on disk. */
export const flush = (server: Server, shard: number): Promise<void> => onShard(server, shard, '_flush')

async function onShard(server: Server, shard: number, action: '_refresh' | '_flush'): Promise<void> {
  const path = `/${shardAlias(server.index, shard)}/${action}`
  // two at once would do the same work twice
  await server.turns.take(shard, () =>
    ask(server, { method: 'POST', path }, { shape: copiesShape, shard, failedPart: failedCopy }),
  )
}

/** What became of the copies of a shard. */
const copiesShape = z.object({
  _shards: z.object({
    successful: z.number(),
    failures: z.array(z.object({ reason: reasonShape })).optional(),
  }),
})

/** Why not all of them did it. */
function failedCopy({ _shards: { successful, failures = [] } }: z.infer<typeof copiesShape>): Reason | undefined {
  const none = { reason: 'no copy of the shard is there' }
  return failures[0]?.reason ?? (successful === 0 ? none : undefined)
}
