import type { Connection } from '../../state/connection.ts'
import { holdItems } from '../../state/queue/hold.ts'
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
    const outcomes = await throughPages(db, targets, named, hold, args)
    const { done: held, claimed, unknown, invalid } = outcomes
    print(args, { held, claimed, targets: outcomes.targets, unknown, invalid }, () => {
      const later = `; ${plural(claimed.length, 'claimed one')} will be when the claim ends, unless it is done then`
      return `held ${plural(held, 'item')}${claimed.length === 0 ? '' : later}`
    })
    const others = unknown.map((id) => ({ id, why: 'is not queued' }))
    return tellUnserved('held', outcomes, others)
  })
}

async function hold(tx: Connection, target: string, htids: readonly string[]) {
  const { held, claimed } = await holdItems(tx, target, htids)
  return { done: held, claimed }
}
