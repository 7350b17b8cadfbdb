import { databaseClock } from '../../state/clock.ts'
import { listWatermarks, type Watermark } from '../../state/control/watermark.ts'
import { type PastMove, readMoves } from '../../state/control/watermark-history.ts'
import type { Session } from '../command.ts'
import { isoTime } from '../json-text.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { tailOption } from '../rows.ts'
import { section } from '../table.ts'
import { age, moment } from '../units.ts'

interface Arguments extends Session {
  readonly history: boolean
  readonly tail: number
}

export async function run(args: Arguments): Promise<number> {
  const tail = tailOption(args.tail) as number
  return withState(args, async ({ db }) => {
    const now = await databaseClock(db)
    if (args.history) {
      const moves = await readMoves(db, tail)
      print(args, { moves, now }, () => historyOf(moves))
    } else {
      const watermarks = await listWatermarks(db)
      print(args, { watermarks, now }, () => listing(watermarks, now))
    }
    return 0
  })
}

function listing(watermarks: readonly Watermark[], now: string): string {
  const rows = watermarks.map(({ stage, name, value, cycleAt, updatedAt }) => [
    stage,
    name,
    isoTime(value),
    stage === 'enqueue' ? age(value, now) : '',
    cycleAt === null ? 'never' : `${age(cycleAt, now)} ago`,
    `${age(updatedAt, now)} ago`,
  ])
  return section('Watermarks', ['stage', 'name', 'value', 'behind', 'whole', 'moved'], rows, 'none yet')
}

function historyOf(moves: readonly PastMove[]): string {
  const rows = moves.map(({ movedAt, stage, name, value, movedBy, person, reason }) => [
    moment(movedAt),
    stage,
    name,
    isoTime(value),
    movedBy,
    person,
    reason,
  ])
  return section('Moved (UTC)', ['at', 'stage', 'name', 'to', 'by', 'person', 'reason'], rows, 'nothing yet')
}
