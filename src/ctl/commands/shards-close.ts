import { closeShard } from '../../state/control/close-shard.ts'
import { shardText } from '../../state/control/shard-name.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { person, shortReason } from '../person.ts'
import { print } from '../print.ts'
import { changeOf, knownShards, tellUndrawable } from '../shards.ts'

interface Arguments extends Session {
  readonly shards: readonly string[]
  readonly reason: string
}

export async function run(args: Arguments): Promise<number> {
  const reason = shortReason(args.reason, ` (${person()})`).trimStart()
  return withState(args, async ({ db }) => {
    const names = await knownShards(db, args.shards)
    const closed = await db.transaction(async (tx) => {
      const all = []
      for (const name of names) all.push({ name, before: await closeShard(tx, name, reason) })
      return all
    })
    const data = closed.map(({ name, before }) => changeOf(name, before, { state: 'closed', reason }))
    print(args, { shards: data }, () =>
      closed
        .map(({ name, before }) => {
          if (before.changed) return `closed ${shardText(name)}; it was ${before.state}`
          return `${shardText(name)} was closed already${before.reason === reason ? '' : `: ${before.reason}`}`
        })
        .join('\n'),
    )
    await tellUndrawable(db, names)
    return 0
  })
}
