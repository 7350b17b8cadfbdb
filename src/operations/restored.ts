import type { Engine } from '../shards/engine.ts'
import type { Database } from '../state/connection.ts'
import { setBehind, shardStates } from '../state/restore/shard-state.ts'

export interface RestoredShard {
  readonly shard: number
  /** Since when it lacks what it was sent, microseconds since 1970; 0 = it lacks everything. */
  readonly from: number
}

/** What was set back to which snapshot. */
export interface SetBackTo {
  readonly shard: number
  /** Of the snapshot. */
  readonly name: string
  /** The newest marker that it surely had before; null = none. */
  readonly durableAt: number | null
}

/**
 * Writes down that a shard was set back to a snapshot: it is behind from the marker that came with it, or from that of an
 * earlier setback that is not repaired yet. To be called as soon as it was set back: the marker moves on. It may have
 * done so before this asks, but only from one that the database knew to be durable, for an older one is kept: of the two
 * the older counts. A comparison would find it too, but for what was written after the newest marker.
 */
export async function recordRestored(
  { db, engine, target }: { readonly db: Database; readonly engine: Engine; readonly target: string },
  { shard, name, durableAt }: SetBackTo,
): Promise<RestoredShard> {
  const marker = Math.min((await engine.marker(shard)) ?? 0, durableAt ?? 0)
  const reason = `the shard was set back to snapshot ${name}: ${marker === 0 ? 'no marker of it is sure' : `its marker is ${timeOf(marker)}`}`
  return db.transaction(async (tx) => {
    await setBehind(tx, target, { shard, from: marker, reason, surely: true })
    const state = (await shardStates(tx, target)).find((each) => each.shard === shard)
    return { shard, from: state?.behindFrom ?? marker }
  })
}

const timeOf = (microseconds: number): string => `of ${new Date(Math.floor(microseconds / 1000)).toISOString()}`
