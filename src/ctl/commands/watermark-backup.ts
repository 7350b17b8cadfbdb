import { writeFileSync } from 'node:fs'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { databaseClock } from '../../state/clock.ts'
import { listWatermarks } from '../../state/control/watermark.ts'
import { settableStages } from '../../state/control/watermark-set.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { plural } from '../units.ts'
import type { WatermarkBackup } from '../watermark-backup.ts'

interface Arguments extends Session {
  readonly file: string
}

export async function run(args: Arguments): Promise<number> {
  return withState(args, async ({ db }) => {
    const all = await listWatermarks(db)
    // where the sweep is, is worth nothing later
    const kept = all.filter(({ stage }) => settableStages.some((settable) => settable === stage))
    const backup: WatermarkBackup = {
      kind: 'slip-watermarks',
      takenAt: await databaseClock(db),
      watermarks: kept.map(({ stage, name, value }) => ({ stage, name, value })),
    }
    try {
      writeFileSync(args.file, `${JSON.stringify(backup, null, 2)}\n`)
    } catch (error) {
      throw new SlipError('USAGE', `the backup cannot be written: ${(error as Error).message}`, { cause: error })
    }
    print(
      args,
      { file: args.file, watermarks: kept.length },
      () => `${plural(kept.length, 'watermark')} in ${args.file}`,
    )
    return exitCodes.done
  })
}
