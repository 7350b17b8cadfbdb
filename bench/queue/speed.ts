import { enqueueChanged } from '../../src/state/queue/enqueue.ts'
import { type Measurement, ratioAtLeast, reported, type Scale } from '../runner/bench.ts'
import { inTurns, timed } from '../runner/runs.ts'
import { drain } from './drain.ts'
import { fillRights, htidsOf } from './fill.ts'
import { type Graphile, type graphileTasks, openGraphile } from './graphile.ts'
import { whileEnqueuing } from './pace.ts'
import { fillTo } from './refill.ts'
import type { Servers } from './servers.ts'
import { type BenchState, withState } from './state.ts'

const depths = { default: 200_000, large: 2_000_000 }
/** Items of one run, some seconds each. */
const itemsOf = { 5: 5_000, 20: 15_000, 200: 40_000 } as const
const jobsOf = { empty: 40_000, ledger: 6_000, 'prepared ledger': 6_000 } as const
const batches = [5, 20, 200] as const
/** Room for the rows enqueued meanwhile, which belong to items no run takes. */
const enqueued = 2_000_000

type Ours = `${'postgres' | 'mysql'} ${(typeof batches)[number]}`
type Side = Ours | keyof typeof graphileTasks

/** Claim → settle with the ledger, the work between left out, one process, enqueue running on every side. */
export function measureSpeed(servers: Servers, scale: Scale): Promise<Measurement[]> {
  const depth = depths[scale]
  return withState(servers, 'postgres', (ours) =>
    withState(servers, 'mysql', (mariadb) =>
      withState(servers, 'postgres', (ledger) =>
        withState(servers, 'postgres', async (empty) => {
          const ourSides = { ...(await sidesOf(ours, depth)), ...(await sidesOf(mariadb, depth)) }
          await fillTo(ledger, { items: depth + 200_000, depth: 1, lane: 1 })
          const withLedger = await openGraphile(ledger.url)
          const without = await openGraphile(empty.url)
          try {
            const peers = {
              ledger: await peerSide(withLedger, 'ledger', depth),
              'prepared ledger': await peerSide(withLedger, 'prepared ledger', 0),
              empty: await peerSide(without, 'empty', depth),
            }
            return measurementsOf(await inTurns<Side>({ ...ourSides, ...peers }, { warmUps: 1, runs: 5 }))
          } finally {
            await withLedger.close()
            await without.close()
          }
        }),
      ),
    ),
  )
}

/** A side for each batch size, on one queue; answers items a second. */
async function sidesOf(state: BenchState, depth: number) {
  const known = depth + 200_000
  const { refill } = await fillTo(state, { items: known, depth, lane: 1 })
  const fresh = { from: known + 1, to: known + enqueued }
  await fillRights(state.db, fresh)
  let next = fresh.from
  const add = (first: number, count: number) => {
    next = first + count
    const htids = htidsOf({ from: first, to: first + count - 1 })
    return state.db.transaction((tx) => enqueueChanged(tx, 'main', htids, { lane: 'bulk', reason: 'bench' }))
  }
  const sideOf = (batch: (typeof batches)[number]) => async () => {
    let settled = 0
    const ms = await timed(() =>
      whileEnqueuing(next, add, async () => {
        settled = await drain(state, { batch, items: itemsOf[batch], lane: 1 })
      }),
    )
    await refill(settled)
    return (settled / ms) * 1000
  }
  const sides = batches.map((batch) => [`${state.db.dialect} ${batch}`, sideOf(batch)])
  return Object.fromEntries(sides) as Record<Ours, () => Promise<number>>
}

async function peerSide(graphile: Graphile, task: keyof typeof graphileTasks, depth: number) {
  if (depth > 0) await graphile.add(1, depth)
  await graphile.tidy()
  let next = depth + 1
  const add = async (first: number, count: number) => {
    next = first + count
    await graphile.add(first, count)
  }
  const jobs = jobsOf[task]
  return async () => {
    const ms = await timed(() => whileEnqueuing(next, add, () => graphile.work(task, jobs)))
    await graphile.add(1, jobs)
    await graphile.tidy()
    return (jobs / ms) * 1000
  }
}

function measurementsOf(runs: Record<Side, number[]>): Measurement[] {
  const name = (batch: number, server: string) => `claim → settle with ledger, batches of ${batch}, ${server}`
  const unit = 'items/s'
  const wanted = { 5: 1, 20: 3, 200: 6 }
  const against = (
    batch: (typeof batches)[number],
    task: keyof typeof graphileTasks,
    goal = reported,
  ): Measurement => ({
    name: name(batch, 'PostgreSQL'),
    unit,
    against: `graphile-worker, ${task === 'empty' ? 'empty task' : `task writes the ${task} row`}, same PostgreSQL`,
    runs: { ours: runs[`postgres ${batch}`], against: runs[task] },
    goal,
  })
  const onMariadb = (batch: (typeof batches)[number], goal = reported): Measurement => ({
    name: name(batch, 'MariaDB'),
    unit,
    against: 'ours on PostgreSQL',
    runs: { ours: runs[`mysql ${batch}`], against: runs[`postgres ${batch}`] },
    goal,
  })
  return [
    ...batches.map((batch) => against(batch, 'ledger', ratioAtLeast(wanted[batch]))),
    ...batches.map((batch) => against(batch, 'prepared ledger')),
    against(200, 'empty', ratioAtLeast(1.4)),
    onMariadb(5),
    onMariadb(20, ratioAtLeast(0.5)),
    onMariadb(200, ratioAtLeast(0.5)),
  ]
}
