import { SlipError } from '../errors/slip-error.ts'
import type { QueueSelection } from '../state/audit/queue-list.ts'
import type { Connection } from '../state/connection.ts'
import type { Session } from './command.ts'
import { knownScope } from './scope.ts'
import { chosenTargets } from './targets.ts'
import { timeOption } from './time-option.ts'

/** Options that select queue rows, as typed. */
export interface QueueArguments extends Session {
  readonly target?: string
  readonly lane?: NonNullable<QueueSelection['lane']>
  readonly state?: NonNullable<QueueSelection['state']>
  readonly shard?: string
  readonly origin?: string
  readonly since?: string
}

/** The rows meant, once a database can be asked. Throws USAGE for a time that is none; then for an unknown target or shard. */
export function queueSelection(args: QueueArguments): (db: Connection) => Promise<QueueSelection> {
  const { lane, state, origin: reason } = args
  const since = timeOption('since', args.since)
  return async (db) => {
    if (args.target !== undefined) await chosenTargets(db, args.target)
    return { target: args.target, ...(await shardOf(db, args)), lane, state, reason, since: await since?.(db) }
  }
}

/** `main/3` names target and shard, `3` a shard of each target, `main/0` and `0` the rows whose shard is not known yet. */
async function shardOf(db: Connection, { shard, target }: QueueArguments): Promise<QueueSelection> {
  if (shard === undefined) return {}
  const [, named = target, number] = /^(?:(.+)\/)?(\d{1,4})$/.exec(shard) ?? []
  if (number === undefined) throw new SlipError('USAGE', `--shard ${shard} is not a shard such as 3 or main/3`)
  if (target !== undefined && named !== target)
    throw new SlipError('USAGE', `--shard ${shard} is not a shard of ${target}`)
  if (named !== undefined) await chosenTargets(db, named)
  if (named !== undefined && Number(number) > 0) await knownScope(db, `shard:${named}/${Number(number)}`)
  return { ...(named !== undefined && { target: named }), shard: Number(number) }
}
