import type { Database } from '../../src/state/connection.ts'
import { setMarked, shardStates } from '../../src/state/restore/shard-state.ts'

/** Shard 1 takes the marker that it was said it would get, and the next is said. */
export async function markerIsTaken(db: Database): Promise<void> {
  const [shard] = await shardStates(db, 'main')
  await db.transaction((tx) => setMarked(tx, 'main', 1, shard?.markedAt ?? null))
}
