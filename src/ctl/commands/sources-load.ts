import { resolve } from 'node:path'
import { runSource } from '../../rights/run-source.ts'
import { withSource } from '../source-in-hand.ts'
import { tellOutcome, timeoutOf, type WaitingArguments } from '../source-outcome.ts'
import { plural } from '../units.ts'

interface Arguments extends WaitingArguments {
  readonly name: string
  readonly files: readonly string[]
}

export async function run(args: Arguments): Promise<number> {
  timeoutOf(args)
  const paths = [...new Set(args.files.map((file) => resolve(file)))]
  return withSource(args, args.name, false, async (inHand) => {
    const { pass, breakers } = inHand
    const load = () => runSource(pass, breakers, args.name, { kind: 'files', paths })
    return tellOutcome(args, inHand, args.name, `loaded ${plural(paths.length, 'file')}`, load)
  })
}
