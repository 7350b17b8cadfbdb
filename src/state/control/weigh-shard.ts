import type { Connection } from '../connection.ts'
import { type Before, lockShard } from './lock-shard.ts'
import type { ShardName } from './shard-name.ts'

/**
 * The share of new items that a shard gets beside the other open shards of its target, by a person; 0 = none. In every
 * state: it counts once the shard is open. Items keep the shard they have.
 */
const statements = {
  postgres: 'UPDATE slip_shard SET weight = $3 WHERE target = $1 AND shard = $2',
  mysql: 'UPDATE slip_shard SET weight = ? WHERE target = ? AND shard = ?',
}

/** Throws NOT_FOUND. */
export async function weighShard(tx: Connection, name: ShardName, weight: number): Promise<Before> {
  const before = await lockShard(tx, name)
  const { target, shard } = name
  await tx.change(statements[tx.dialect], tx.dialect === 'postgres' ? [target, shard, weight] : [weight, target, shard])
  return { ...before, changed: before.weight !== weight }
}
