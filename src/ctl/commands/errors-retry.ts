import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { retryErrors } from '../../state/queue/retry.ts'
import type { Session } from '../command.ts'
import { knownCode } from '../error-text.ts'
import { sortIds } from '../item-ids.ts'
import { withState } from '../open.ts'
import { note, print } from '../print.ts'
import { chosenTargets } from '../targets.ts'
import { plural } from '../units.ts'

interface Arguments extends Session {
  readonly id?: readonly string[]
  readonly code?: string
  readonly all: boolean
  readonly target?: string
}

export async function run(args: Arguments): Promise<number> {
  const code = knownCode(args.code)
  const named = args.id === undefined ? undefined : sortIds(args.id)
  if (named === undefined && code === undefined && !args.all) {
    throw new SlipError('USAGE', 'say which: --id ID, --code CODE or --all')
  }
  if (args.all && (named ?? code) !== undefined) throw new SlipError('USAGE', '--all goes without --id and --code')
  return withState(args, async ({ db }) => {
    if (args.target !== undefined) await chosenTargets(db, args.target)
    const filter = { target: args.target, htids: named?.htids, code }
    const requested = Object.fromEntries(await db.transaction((tx) => retryErrors(tx, filter)))
    const retried = new Set(Object.values(requested).flat())
    const unknown = named?.htids.filter((htid) => !retried.has(htid)) ?? []
    const invalid = named?.invalid ?? []
    print(args, { retried: retried.size, targets: requested, unknown, invalid }, () => {
      return `${plural(retried.size, 'item')} requested anew`
    })
    for (const { id, problem } of invalid) note(`not retried: ${JSON.stringify(id.slice(0, 300))} ${problem}`)
    for (const id of unknown) note(`not retried: ${id} has no unresolved error${code === undefined ? '' : ` ${code}`}`)
    return unknown.length + invalid.length > 0 ? exitCodes.someRejected : exitCodes.done
  })
}
