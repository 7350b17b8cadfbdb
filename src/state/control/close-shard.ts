import type { Connection } from '../connection.ts'
import { assertWhole, type Before, lockShard } from './lock-shard.ts'
import type { ShardName } from './shard-name.ts'

/**
 * open, full → closed, by a person: no new item is drawn to the shard until a person opens it, however empty it becomes.
 * What it holds is updated and deleted as ever. Closed again, only the reason changes. A shard that is behind or ahead gets
 * no new items anyway, and is put right first.
 *
 * Races: a claim that read the shard as open before still draws it for its one batch.
 */
const statements = {
  postgres: `
    UPDATE slip_shard SET since = CASE WHEN state = 'closed' THEN since ELSE clock_timestamp() END, state = 'closed', reason = $3
    WHERE target = $1 AND shard = $2`,
  /** Assigned from left to right: since before the state it looks at. */
  mysql: `
    UPDATE slip_shard SET since = IF(state = 'closed', since, SYSDATE(6)), state = 'closed', reason = ?
    WHERE target = ? AND shard = ?`,
}

/** Throws NOT_FOUND, SHARD_SET_BACK. */
export async function closeShard(tx: Connection, name: ShardName, reason: string): Promise<Before> {
  const before = await lockShard(tx, name)
  assertWhole(name, before)
  const { target, shard } = name
  await tx.change(statements[tx.dialect], tx.dialect === 'postgres' ? [target, shard, reason] : [reason, target, shard])
  return { ...before, changed: before.state !== 'closed' }
}
