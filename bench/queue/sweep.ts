import { sweepFrom } from '../../src/state/audit/sweep.ts'
import type { Dialect } from '../../src/state/connection.ts'
import { type Measurement, ratioAtMost, reported, type Scale } from '../runner/bench.ts'
import { timed } from '../runner/runs.ts'
import { drain } from './drain.ts'
import { fillLedger, fillRights, firstItems } from './fill.ts'
import { percentile } from './percentile.ts'
import { fillTo } from './refill.ts'
import type { Servers } from './servers.ts'
import { type BenchState, serverNames, withState } from './state.ts'

const known = { default: 500_000, large: 20_000_000 }
const targets = ['main', 'second']
const page = 5_000
const queued = 200_000
const runs = 5
const batch = 20

/** The sweep of the whole for two targets, which finds nothing to enqueue, and what claims cost beside it. */
export async function measureSweep(servers: Servers, scale: Scale): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const dialect of ['postgres', 'mysql'] as const) {
    measured.push(...(await withState(servers, dialect, (state) => measureOn(state, dialect, known[scale]), targets)))
  }
  return measured
}

async function measureOn(state: BenchState, dialect: Dialect, items: number): Promise<Measurement[]> {
  const { db } = state
  const { refill } = await fillTo(state, { items, depth: Math.min(queued, items / 2), lane: 1 })
  await fillRights(db, firstItems(items))
  await fillLedger(db, firstItems(items), 'second')
  const p99 = async () => {
    const claimTimes: number[] = []
    await refill(await drain(state, { batch, items: 6_000, lane: 1, claims: 1, claimTimes }))
    return percentile(claimTimes, 0.99)
  }
  const alone: number[] = []
  const beside: number[] = []
  const minutes: number[] = []
  await p99()
  for (let run = 0; run < runs; run++) {
    alone.push(await p99())
    const sweeping = sweepWhole(state)
    beside.push(await p99())
    minutes.push(await sweeping)
  }
  const what = `${items} items × ${targets.length} targets, ${serverNames[dialect]}`
  return [
    {
      name: `sweep of the whole, ${what}`,
      unit: 'minutes',
      against: 'itself',
      runs: { ours: minutes, against: minutes },
      goal: reported,
    },
    {
      name: `claim of ${batch}, p99, during the sweep of ${what}`,
      unit: 'ms',
      against: 'without it',
      runs: { ours: beside, against: alone },
      goal: ratioAtMost(2),
    },
  ]
}

/** Minutes. */
async function sweepWhole({ db }: BenchState): Promise<number> {
  const ms = await timed(async () => {
    for (const target of targets) {
      for (let after: string | null = ''; after !== null; ) {
        const from: string = after
        const swept = await db.transaction((tx) => sweepFrom(tx, target, from, page))
        after = swept.whole ? null : swept.last
      }
    }
  })
  return ms / 60_000
}
