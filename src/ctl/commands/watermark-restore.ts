import { exitCodes } from '../../daemon/exit-codes.ts'
import { type SetAnswer, setWatermark } from '../../state/control/watermark-set.ts'
import type { Session } from '../command.ts'
import { isoTime } from '../json-text.ts'
import { withState } from '../open.ts'
import { person } from '../person.ts'
import { note, print } from '../print.ts'
import { table } from '../table.ts'
import { readBackup } from '../watermark-backup.ts'

interface Arguments extends Session {
  readonly file: string
}

export async function run(args: Arguments): Promise<number> {
  const { takenAt, watermarks } = readBackup(args.file)
  return withState(args, async ({ db }) => {
    const reason = `backup of ${takenAt}`
    const restored = await db.transaction(async (tx) => {
      const answers: (SetAnswer & { stage: string; name: string })[] = []
      for (const { stage, name, value } of watermarks) {
        const request = { stage, name, value, movedBy: 'restore', person: person(), reason } as const
        answers.push({ stage, name, ...(await setWatermark(tx, request)) })
      }
      return answers
    })
    print(args, { restored, takenAt }, () => {
      const rows = restored.map(({ stage, name, before, after }) => [
        stage,
        name,
        isoTime(before ?? 'none'),
        isoTime(after),
      ])
      return table(['stage', 'name', 'before', 'now'], rows)
    })
    const forward = restored.filter((answer) => answer.forward).map(({ name }) => name)
    if (forward.length > 0)
      note(`forward: ${forward.join(', ')}; changes passed over are found by the sweep, or set it back`)
    return exitCodes.done
  })
}
