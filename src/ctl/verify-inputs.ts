import { exitCodes } from '../daemon/exit-codes.ts'
import { SlipError } from '../errors/slip-error.ts'
import { PresentInputs } from '../operations/present-inputs.ts'
import { type InputsDiffer, verifyInputs } from '../operations/verify-inputs.ts'
import { configuredRepository } from '../repository/configured.ts'
import { readWatermark, writeWatermark } from '../state/control/watermark.ts'
import type { Session } from './command.ts'
import { asTyped } from './next-step.ts'
import { type Opened, withState } from './open.ts'
import { note, print } from './print.ts'
import { chosenTargets } from './targets.ts'
import { plural } from './units.ts'

export interface InputsArguments extends Session {
  readonly target?: string
  readonly sample?: number
  readonly all: boolean
}

const pageSize = 500
const usualSample = 1_000

/** `verify --inputs`: the items whose document was made of something else than there is now. Returns the exit code. */
export async function verifyAllInputs(args: InputsArguments): Promise<number> {
  const { sample = usualSample, all } = args
  if (all && args.sample !== undefined) throw new SlipError('USAGE', 'say one of --sample and --all')
  if (!Number.isSafeInteger(sample) || sample < 1)
    throw new SlipError('USAGE', `--sample is a number of items, 1 or more, not ${sample}`)
  return withState(args, async (opened) => {
    const { config, db } = opened
    const repository = configuredRepository(config)
    await repository.check()
    const present = new PresentInputs(db, config, repository)
    try {
      let differ = 0
      for (const target of await chosenTargets(db, args.target))
        differ += await verifyOne(opened, present, target, args)
      return differ > 0 ? exitCodes.mismatch : exitCodes.done
    } finally {
      await present.close()
    }
  })
}

/** Each item is printed as it is found. A sample goes on where the one before it ended. */
async function verifyOne({ db }: Opened, present: PresentInputs, target: string, args: InputsArguments) {
  const begin = args.all ? '' : ((await readWatermark(db, 'inputs', target)) ?? '')
  let fromBeginning = begin === ''
  let after: string | null = begin
  let left = args.all ? Number.POSITIVE_INFINITY : (args.sample ?? usualSample)
  let compared = 0
  const found: InputsDiffer[] = []
  while (left > 0 && after !== null) {
    const page = await verifyInputs(db, present, target, after, Math.min(pageSize, left))
    if (!args.json) for (const { htid } of page.found) process.stdout.write(`${htid}\n`)
    found.push(...page.found)
    compared += page.compared
    left -= page.compared
    // what stands behind the last sample may be nothing that can be compared
    const beginsAnew = page.last === null && compared === 0 && !fromBeginning
    fromBeginning ||= beginsAnew
    after = beginsAnew ? '' : page.last
    const value = after ?? ''
    if (!args.all) await db.transaction((tx) => writeWatermark(tx, 'inputs', target, value, value === '', false))
  }
  tell(args, target, compared, found)
  return found.length
}

function tell(args: InputsArguments, target: string, compared: number, found: readonly InputsDiffer[]): void {
  if (args.json) print(args, { target, compared, mismatches: found }, () => '')
  else if (found.length === 0)
    print(args, null, () => `${target}: ${plural(compared, 'item')}, all made of what there is`)
  else {
    const counts = Map.groupBy(
      found.flatMap(({ differ }) => differ),
      (input) => input,
    )
    const parts = [...counts].map(([input, of]) => `${input} ${of.length}`).join(', ')
    const advice = asTyped('slipctl enqueue --ids-file - indexes them anew', args)
    note(`${target}: ${found.length} of ${plural(compared, 'item')} were made of something else: ${parts}; ${advice}`)
  }
}
