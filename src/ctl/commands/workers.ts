import { listWorkers, type WorkerView } from '../../state/audit/workers.ts'
import { databaseClock } from '../../state/clock.ts'
import { laneName } from '../../state/queue/lanes.ts'
import type { Session } from '../command.ts'
import { asTyped } from '../next-step.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { section } from '../table.ts'
import { age, elapsed, moment, plural } from '../units.ts'

interface Arguments extends Session {
  readonly all: boolean
}

const recentMs = 3_600_000

export async function run(args: Arguments): Promise<number> {
  return withState(args, async ({ db }) => {
    const workers = await listWorkers(db)
    const now = await databaseClock(db)
    print(args, { workers, now }, () => {
      const shown = args.all ? workers : workers.filter((worker) => isOfInterest(worker, now))
      const more = workers.length - shown.length
      const rest = `${more} more expired over an hour ago: slipctl workers --all`
      return [listing(shown, now), ...(more === 0 ? [] : [`  ${asTyped(rest, args)}`])].join('\n')
    })
    return 0
  })
}

/** Those that died long ago are kept for a week, and say nothing any more. */
function isOfInterest({ expiredAt, claims, duties }: WorkerView, now: string): boolean {
  return expiredAt === null || elapsed(expiredAt, now) <= recentMs || claims.length + duties.length > 0
}

function listing(workers: readonly WorkerView[], now: string): string {
  const rows = workers.map((worker) => [
    worker.stage,
    worker.host,
    worker.pid,
    worker.codeVersion,
    moment(worker.startedAt),
    `${age(worker.heartbeatAt, now)} ago`,
    worker.expiredAt === null ? worker.state : `expired ${age(worker.expiredAt, now)} ago`,
    holds(worker),
  ])
  const headings = ['stage', 'host', 'pid', 'release', 'since (UTC)', 'heard', 'state', 'holds']
  return section('Workers', headings, rows, 'none runs')
}

function holds({ claims, duties }: WorkerView): string {
  const claimed = claims.map(
    ({ target, lane, shard, items }) => `${plural(items, 'item')} of ${target} ${laneName(lane)}/${shard}`,
  )
  return [...claimed, ...(duties.length === 0 ? [] : [`duties ${duties.join(' ')}`])].join(', ') || 'nothing'
}
