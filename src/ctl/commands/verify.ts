import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { statusOf } from '../../state/audit/status.ts'
import { type Mismatch, verifyTarget } from '../../state/audit/verify.ts'
import type { Connection } from '../../state/connection.ts'
import type { Session } from '../command.ts'
import { verifyDoubled } from '../doubled.ts'
import { withState } from '../open.ts'
import { note, print } from '../print.ts'
import { chosenTargets } from '../targets.ts'
import { plural } from '../units.ts'
import { type InputsArguments, verifyAllInputs } from '../verify-inputs.ts'

interface Arguments extends InputsArguments {
  readonly doubled: boolean
  readonly inputs: boolean
}

const pageSize = 1_000

export async function run(args: Arguments): Promise<number> {
  if (args.doubled && args.inputs) throw new SlipError('USAGE', 'say one of --doubled and --inputs')
  if (!args.inputs && (args.all || args.sample !== undefined))
    throw new SlipError('USAGE', '--sample and --all go with --inputs')
  if (args.doubled) return verifyDoubled(args)
  if (args.inputs) return verifyAllInputs(args)
  return withState(args, async ({ db }) => {
    let differ = 0
    for (const target of await chosenTargets(db, args.target)) differ += await verifyOne(db, target, args)
    return differ > 0 ? exitCodes.mismatch : exitCodes.done
  })
}

/** Ids go to standard output, where a script reads them; the sum of them is told beside. */
async function verifyOne(db: Connection, target: string, session: Session): Promise<number> {
  const mismatches: Mismatch[] = []
  let page: Mismatch[]
  do {
    page = await verifyTarget(db, target, mismatches.at(-1)?.htid ?? '', pageSize)
    mismatches.push(...page)
    if (!session.json) for (const { htid } of page) process.stdout.write(`${htid}\n`)
  } while (page.length === pageSize)
  const items = (await statusOf(db, 'rights'))[0]?.items ?? 0
  if (session.json) print(session, { target, mismatches, items }, () => '')
  else if (mismatches.length > 0) note(`${target}: ${mismatches.length} of ${plural(items, 'item')} differ`)
  else print(session, null, () => `${target}: ${plural(items, 'item')}, all followed, queued or in error`)
  return mismatches.length
}
