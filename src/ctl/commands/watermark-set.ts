import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { setWatermark } from '../../state/control/watermark-set.ts'
import type { Session } from '../command.ts'
import { isoTime } from '../json-text.ts'
import { withState } from '../open.ts'
import { person, shortReason } from '../person.ts'
import { note, print } from '../print.ts'

interface Arguments extends Session {
  readonly stage: string
  readonly name: string
  readonly value: string
  readonly reason?: string
}

export async function run(args: Arguments): Promise<number> {
  const { stage, name, value, reason = '' } = args
  if (reason.trim() === '') throw new SlipError('USAGE', 'watermark set needs a --reason: it is kept in the history')
  shortReason(reason)
  return withState(args, async ({ db }) => {
    const set = await db.transaction((tx) =>
      setWatermark(tx, { stage, name, value, movedBy: 'set', person: person(), reason }),
    )
    print(
      args,
      { stage, name, ...set },
      () => `${stage} ${name}: ${isoTime(set.after)}, before ${isoTime(set.before ?? 'none')}`,
    )
    if (set.forward) note('changes between the two are passed over: the sweep finds them, or set it back')
    return exitCodes.done
  })
}
