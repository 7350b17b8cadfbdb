import { SlipError } from '../../errors/slip-error.ts'
import { shardText } from '../../state/control/shard-name.ts'
import { weighShard } from '../../state/control/weigh-shard.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { changeOf, knownShards, tellUndrawable } from '../shards.ts'

interface Arguments extends Session {
  readonly shard: string
  readonly weight: number
}

/** What the column keeps exactly enough, and more than anybody needs. */
const mostWeight = 1_000_000

export async function run(args: Arguments): Promise<number> {
  const { weight } = args
  if (!(weight >= 0 && weight <= mostWeight))
    throw new SlipError('USAGE', `a weight is a number from 0 to ${mostWeight}`)
  return withState(args, async ({ db }) => {
    const names = await knownShards(db, [args.shard])
    for (const name of names) {
      const before = await db.transaction((tx) => weighShard(tx, name, weight))
      print(args, changeOf(name, before, { weight }), () =>
        before.changed
          ? `${shardText(name)} weighs ${weight} now, ${before.weight} before`
          : `${shardText(name)} weighed ${weight} already`,
      )
    }
    await tellUndrawable(db, names)
    return 0
  })
}
