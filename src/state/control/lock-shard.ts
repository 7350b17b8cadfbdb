import { SlipError } from '../../errors/slip-error.ts'
import type { Connection } from '../connection.ts'
import { type ShardName, shardText } from './shard-name.ts'
import type { Shard } from './target.ts'

/** How a shard stood before a person changed it. */
export interface Before extends Pick<Shard, 'state' | 'weight' | 'reason'> {
  /** False where it stood so already. */
  readonly changed: boolean
}

const row = (target: string, shard: string) =>
  `SELECT state, weight, reason FROM slip_shard WHERE target = ${target} AND shard = ${shard} FOR UPDATE`
const statements = { postgres: row('$1', '$2'), mysql: row('?', '?') }

/** Reads the row of a shard and keeps it from changing. Throws NOT_FOUND. */
export async function lockShard(tx: Connection, { target, shard }: ShardName): Promise<Omit<Before, 'changed'>> {
  const [found] = await tx.query<Omit<Before, 'changed'>>(statements[tx.dialect], [target, shard])
  if (found === undefined) throw new SlipError('NOT_FOUND', `there is no shard ${shardText({ target, shard })}`)
  return found
}

/** What puts a shard right that is not what it was. */
const remedies: Partial<Record<Shard['state'], string>> = { ahead: 'index adopt', behind: 'index repair' }

/** Nobody opens or closes by hand what must be put right first. Throws SHARD_SET_BACK with the command that does it. */
export function assertWhole({ target, shard }: ShardName, { state, reason }: Pick<Shard, 'state' | 'reason'>): void {
  const remedy = remedies[state]
  if (remedy === undefined) return
  const message = `shard ${target}/${shard} is ${state} (${reason}); first: slipctl ${remedy} ${target}`
  throw new SlipError('SHARD_SET_BACK', message, { place: { target, shard } })
}
