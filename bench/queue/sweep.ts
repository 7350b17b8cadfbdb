import { wait } from '../../src/daemon/wait.ts'
import { sweepFrom } from '../../src/state/audit/sweep.ts'
import type { Database, Dialect } from '../../src/state/connection.ts'
import { type Measurement, ratioAtMost, reported } from '../runner/bench.ts'
import { inTurns, timed } from '../runner/runs.ts'
import { drain } from './drain.ts'
import { percentile } from './percentile.ts'
import { queueOf } from './refill.ts'
import { type BenchState, serverNames } from './state.ts'

/** Items of a page without rest. */
const largePage = 10_000
/** The rate slip-enqueue sweeps a target at unless told otherwise; in a short run pages must be small to come at all. */
const itemsPerSecond = 1_000
const queued = 200_000
const runs = 5
const batch = 20

/** What a sweep of the whole takes that finds nothing to enqueue, and what claims cost beside it. */
export async function measureSweep(
  state: BenchState,
  dialect: Dialect,
  items: number,
  targets: readonly string[],
): Promise<Measurement[]> {
  const { refill } = await queueOf(state, { items, depth: Math.min(queued, items / 2), lane: 1 })
  const p99 = async () => {
    const claimTimes: number[] = []
    await refill(await drain(state, { batch, items: 6_000, lane: 1, claims: 1, claimTimes }))
    return percentile(claimTimes, 0.99)
  }
  const beside = async (page: number, msPerPage: number) => {
    const over = new AbortController()
    const sweeping = sweepUntil(state, targets, over.signal, page, msPerPage)
    try {
      return await p99()
    } finally {
      over.abort()
      await sweeping
    }
  }
  const sides = {
    alone: p99,
    paced: () => beside(itemsPerSecond, 1_000),
    'at full speed': () => beside(largePage, 0),
  }
  const { alone, paced, 'at full speed': fast } = await inTurns(sides, { warmUps: 1, runs })
  // of a large library once: nothing is compared with it
  const minutes = [(await timed(() => sweepWhole(state, targets))) / 60_000]
  const what = `${items} items × ${targets.length} targets, ${serverNames[dialect]}`
  const claims = `claim of ${batch}, p99, during the sweep of ${what}`
  const against = 'without it'
  return [
    {
      name: `sweep of the whole without rest, ${what}`,
      unit: 'minutes',
      against: 'itself',
      runs: { ours: minutes, against: minutes },
      goal: reported,
    },
    {
      name: `${claims}, ${itemsPerSecond} items/s and target`,
      unit: 'ms',
      against,
      runs: { ours: paced, against: alone },
      goal: ratioAtMost(2),
    },
    { name: `${claims}, without rest`, unit: 'ms', against, runs: { ours: fast, against: alone }, goal: reported },
  ]
}

async function sweepWhole({ db }: BenchState, targets: readonly string[]): Promise<void> {
  for (const target of targets) {
    for (let after: string | null = ''; after !== null; ) after = await sweepNext(db, target, after, largePage)
  }
}

/** Sweeps on and on, a page of each target at a time. */
async function sweepUntil(
  { db }: BenchState,
  targets: readonly string[],
  over: AbortSignal,
  page: number,
  msPerPage: number,
): Promise<void> {
  const after = new Map<string, string | null>()
  while (!over.aborted) {
    for (const target of targets) after.set(target, await sweepNext(db, target, after.get(target) ?? '', page))
    await wait(msPerPage, over)
  }
}

/** The last id of the page after such an id; null when it was the last page. */
async function sweepNext(db: Database, target: string, after: string, page: number): Promise<string | null> {
  const { whole, last } = await db.transaction((tx) => sweepFrom(tx, target, after, page))
  return whole ? null : last
}
