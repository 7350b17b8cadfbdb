import type { Engine } from '../shards/engine.ts'
import type { Database } from '../state/connection.ts'
import { setBehind } from '../state/restore/shard-state.ts'

export interface RestoredShard {
  readonly shard: number
  /** The marker it has now, microseconds since 1970; 0 = none, so that it lacks everything. */
  readonly from: number
}

/**
 * Writes down that shards were set back to a snapshot: they are behind from the marker that came with it. A comparison would
 * find it too, but for what was written after the newest marker.
 */
export async function recordRestored(
  { db, engine, target }: { readonly db: Database; readonly engine: Engine; readonly target: string },
  shards: readonly number[],
  name: string,
): Promise<RestoredShard[]> {
  const restored = await Promise.all(
    [...shards].sort((a, b) => a - b).map(async (shard) => ({ shard, from: (await engine.marker(shard)) ?? 0 })),
  )
  await db.transaction(async (tx) => {
    for (const { shard, from } of restored) {
      const reason = `the shard was set back to snapshot ${name}: its marker is ${from === 0 ? 'missing' : timeOf(from)}`
      await setBehind(tx, target, { shard, from, reason, surely: true })
    }
  })
  return restored
}

const timeOf = (microseconds: number): string => `of ${new Date(Math.floor(microseconds / 1000)).toISOString()}`
