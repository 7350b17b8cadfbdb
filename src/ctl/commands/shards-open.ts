import { openShard } from '../../state/control/open-shard.ts'
import { shardText } from '../../state/control/shard-name.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { changeOf, knownShards, tellUndrawable } from '../shards.ts'

interface Arguments extends Session {
  readonly shards: readonly string[]
}

export async function run(args: Arguments): Promise<number> {
  return withState(args, async ({ db }) => {
    const names = await knownShards(db, args.shards)
    const opened = await db.transaction(async (tx) => {
      const all = []
      for (const name of names) all.push({ name, before: await openShard(tx, name) })
      return all
    })
    const data = opened.map(({ name, before }) => changeOf(name, before, { state: 'open' }))
    print(args, { shards: data }, () =>
      opened
        .map(({ name, before }) => {
          const was = before.reason === '' ? before.state : `${before.state}: ${before.reason}`
          return before.changed ? `opened ${shardText(name)}; it was ${was}` : `${shardText(name)} was open already`
        })
        .join('\n'),
    )
    await tellUndrawable(db, names)
    return 0
  })
}
