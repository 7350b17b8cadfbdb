import type { Connection } from '../../state/connection.ts'
import { releaseItems } from '../../state/queue/hold.ts'
import { type NamingArguments, neededItems, tellUnserved, throughPages } from '../named-items.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { chosenTargets } from '../targets.ts'
import { plural } from '../units.ts'

interface Arguments extends NamingArguments {
  readonly target?: string
}

export async function run(args: Arguments): Promise<number> {
  const named = neededItems(args)
  return withState(args, async ({ db }) => {
    const targets = await chosenTargets(db, args.target)
    const outcomes = await throughPages(db, targets, named, release, args)
    const { done: released, unknown, invalid } = outcomes
    print(args, { released, targets: outcomes.targets, unknown, invalid }, () => `released ${plural(released, 'item')}`)
    const others = unknown.map((id) => ({ id, why: 'is not queued' }))
    return tellUnserved('released', outcomes, others)
  })
}

async function release(tx: Connection, target: string, htids: readonly string[]) {
  return { done: (await releaseItems(tx, target, htids)).released, claimed: [] }
}
