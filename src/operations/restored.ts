import type { Engine } from '../shards/engine.ts'
import type { Database } from '../state/connection.ts'
import { setBehind, shardStates } from '../state/restore/shard-state.ts'

export interface RestoredShard {
  readonly shard: number
  /** Since when it lacks what it was sent, microseconds since 1970; 0 = it lacks everything. */
  readonly from: number
}

/**
 * Writes down that a shard was set back to a snapshot: it is behind from the marker that came with it, or from that of an
 * earlier setback that is not repaired yet. To be called as soon as it was set back: the marker moves on. A comparison
 * would find it too, but for what was written after the newest marker.
 */
export async function recordRestored(
  { db, engine, target }: { readonly db: Database; readonly engine: Engine; readonly target: string },
  shard: number,
  name: string,
): Promise<RestoredShard> {
  const marker = (await engine.marker(shard)) ?? 0
  const reason = `the shard was set back to snapshot ${name}: its marker is ${marker === 0 ? 'missing' : timeOf(marker)}`
  return db.transaction(async (tx) => {
    await setBehind(tx, target, { shard, from: marker, reason, surely: true })
    const state = (await shardStates(tx, target)).find((each) => each.shard === shard)
    return { shard, from: state?.behindFrom ?? marker }
  })
}

const timeOf = (microseconds: number): string => `of ${new Date(Math.floor(microseconds / 1000)).toISOString()}`
