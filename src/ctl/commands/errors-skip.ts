import { skipErrorPage } from '../../state/queue/skip.ts'
import { withState } from '../open.ts'
import { neededReason, person } from '../person.ts'
import { type ActingArguments, chosenErrors, tellDone } from '../through-errors.ts'
import { plural } from '../units.ts'

interface Arguments extends ActingArguments {
  readonly reason: string
}

export async function run(args: Arguments): Promise<number> {
  const by = { person: person(), reason: neededReason(args.reason) }
  const { find } = chosenErrors(args)
  return withState(args, async ({ db }) => {
    const through = await find(db)
    const outcomes = await through((tx, filter, page) => skipErrorPage(tx, filter, page, by))
    return tellDone(args, 'skipped', outcomes, (items) => `skipped ${plural(items, 'item')}`)
  })
}
