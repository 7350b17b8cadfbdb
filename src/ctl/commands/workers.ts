import { listWorkers, type WorkerView } from '../../state/audit/workers.ts'
import { databaseClock } from '../../state/clock.ts'
import { laneName } from '../../state/queue/lanes.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { section } from '../table.ts'
import { age, moment, plural } from '../units.ts'

export async function run(args: Session): Promise<number> {
  return withState(args, async ({ db }) => {
    const workers = await listWorkers(db)
    const now = await databaseClock(db)
    print(args, { workers, now }, () => listing(workers, now))
    return 0
  })
}

function listing(workers: readonly WorkerView[], now: string): string {
  const rows = workers.map((worker) => [
    worker.stage,
    worker.host,
    worker.pid,
    worker.release,
    moment(worker.startedAt),
    `${age(worker.heartbeatAt, now)} ago`,
    worker.state,
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
