import type { Connection } from '../connection.ts'
import { assertWhole, type Before, lockShard } from './lock-shard.ts'
import type { ShardName } from './shard-name.ts'

/**
 * closed, full → open, by a person: new items are drawn to the shard again. One that is full by the limits of the
 * configuration is closed again by its chore (full-shard.ts) unless the limits were raised. A shard that is behind or
 * ahead is put right by its own command, after which it is what it was before.
 *
 * Races: the chore and the comparison change the same row by its state; the row is locked before it is looked at, so that
 * what was found meanwhile is not overwritten.
 */
const statements = {
  postgres: `UPDATE slip_shard SET state = 'open', reason = '', since = clock_timestamp() WHERE target = $1 AND shard = $2`,
  mysql: `UPDATE slip_shard SET state = 'open', reason = '', since = SYSDATE(6) WHERE target = ? AND shard = ?`,
}

/** Throws NOT_FOUND, SHARD_SET_BACK. */
export async function openShard(tx: Connection, name: ShardName): Promise<Before> {
  const before = await lockShard(tx, name)
  assertWhole(name, before)
  const changed = before.state !== 'open'
  if (changed) await tx.change(statements[tx.dialect], [name.target, name.shard])
  return { ...before, changed }
}
