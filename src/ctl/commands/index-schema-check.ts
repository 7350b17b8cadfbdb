import { openTargetEngine } from '../../daemon/engines.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { schemaDescription, schemaDigest } from '../../shards/schema/description.ts'
import { type CheckedShard, checkedText, checkShards, verdictOf } from '../checked-schema.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { oneTarget } from '../targets.ts'

interface Arguments extends Session {
  readonly target?: string
}

interface CheckedTarget {
  readonly target: string
  readonly engine: string
  readonly shards: readonly CheckedShard[]
}

export async function run(args: Arguments): Promise<number> {
  return withState(args, async ({ config, state, db }) => {
    const named = args.target === undefined ? Object.keys(config.targets) : [args.target]
    const targets: CheckedTarget[] = []
    for (const name of named) {
      const target = await oneTarget(db, config, name)
      const { engine: kind, shards } = config.targets[target] as (typeof config.targets)[string]
      const { engine, close } = await openTargetEngine(config, state, target)
      try {
        targets.push({ target, engine: kind, shards: await checkShards(engine, shards) })
      } finally {
        await close()
      }
    }
    const { isAway, worst } = verdictOf(targets.flatMap(({ shards }) => shards))
    const schema = schemaDigest(schemaDescription)
    print(args, { schema, equal: !isAway && worst === 'nothing', needs: worst, targets }, () => checkedText(targets))
    if (isAway) return exitCodes.serverAway
    return worst === 'nothing' ? exitCodes.done : exitCodes.mismatch
  })
}
