import type { Connection } from '../connection.ts'
import type { ShardName } from './shard-name.ts'

/**
 * open ⇄ full, by slip-index under the duty `full:TARGET`: a shard that reached a limit of the configuration gets no new
 * items, and gets them again when it is below by a margin. What it holds is updated and deleted as ever. A shard that a
 * person closed stays closed; one that is behind or ahead is looked at when it is put right.
 *
 * Races: the engine was asked outside of any transaction. A person who opened or closed the shard meanwhile, or a comparison
 * that found it set back, is not overruled: each statement looks at the state it starts from.
 */
const statements = {
  postgres: {
    full: `
      UPDATE slip_shard SET state = 'full', reason = $3, since = clock_timestamp()
      WHERE target = $1 AND shard = $2 AND state = 'open'`,
    roomy: `
      UPDATE slip_shard SET state = 'open', reason = '', since = clock_timestamp()
      WHERE target = $1 AND shard = $2 AND state = 'full'`,
  },
  mysql: {
    full: `
      UPDATE slip_shard SET state = 'full', reason = ?, since = SYSDATE(6)
      WHERE target = ? AND shard = ? AND state = 'open'`,
    roomy: `
      UPDATE slip_shard SET state = 'open', reason = '', since = SYSDATE(6)
      WHERE target = ? AND shard = ? AND state = 'full'`,
  },
}

/** No new items are drawn to it. False = it is not open any more. */
export async function setFull(tx: Connection, { target, shard }: ShardName, reason: string): Promise<boolean> {
  const values = tx.dialect === 'postgres' ? [target, shard, reason] : [reason, target, shard]
  return (await tx.change(statements[tx.dialect].full, values)) > 0
}

/** It has room again. False = it is not full any more. */
export async function setRoomy(tx: Connection, { target, shard }: ShardName): Promise<boolean> {
  return (await tx.change(statements[tx.dialect].roomy, [target, shard])) > 0
}
