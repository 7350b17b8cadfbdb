import { type StatusRows, statusOf } from '../../state/audit/status.ts'
import { databaseClock } from '../../state/clock.ts'
import type { Session } from '../command.ts'
import { jsonRow } from '../json-text.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { table } from '../table.ts'
import { age } from '../units.ts'

export async function run(args: Session): Promise<number> {
  return withState(args, async ({ db }) => {
    const targets = await statusOf(db, 'lag')
    const now = await databaseClock(db)
    print(args, { targets: targets.map(jsonRow), now }, () =>
      targets.length === 0 ? 'no target is applied' : listing(targets, now),
    )
    return 0
  })
}

function listing(targets: readonly StatusRows['lag'][], now: string): string {
  const rows = targets.map((row) => [
    row.target,
    row.state,
    row.watermark === null ? 'not begun' : age(row.watermark, now),
    row.changed + row.unread,
    row.unread,
    row.daily,
    row.ops,
    row.bulk,
    row.alone,
    row.oldest_ready === null ? '' : age(row.oldest_ready, now),
    row.errors,
  ])
  const headings = [
    'target',
    'state',
    'behind',
    'changed',
    'unread',
    'daily',
    'ops',
    'bulk',
    'alone',
    'oldest',
    'errors',
  ]
  return table(headings, rows)
}
