import type { Dialect } from '../../src/state/connection.ts'
import { type Measurement, ratioAtMost, type Scale } from '../runner/bench.ts'
import { inTurns } from '../runner/runs.ts'
import { type ClaimCost, costOfClaim } from './cost.ts'
import { drain } from './drain.ts'
import { percentile } from './percentile.ts'
import { fillTo, type Refill } from './refill.ts'
import type { Servers } from './servers.ts'
import { type BenchState, serverNames, withState } from './state.ts'

const deep = { default: 1_000_000, large: 10_000_000 }
const shallow = 10_000
const batch = 20
const claims = 300

interface Queue {
  readonly state: BenchState
  readonly refill: Refill['refill']
}

/** What a claim costs in a deep queue and in a shallow one, beside ledgers of the same size, one worker. */
export async function measureDepth(servers: Servers, scale: Scale): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const dialect of ['postgres', 'mysql'] as const) {
    measured.push(...(await measureOn(servers, dialect, deep[scale])))
  }
  return measured
}

function measureOn(servers: Servers, dialect: Dialect, depth: number): Promise<Measurement[]> {
  const items = depth + 100_000
  return withState(servers, dialect, async (deepState) =>
    withState(servers, dialect, async (shallowState) => {
      const queues = {
        ours: { state: deepState, ...(await fillTo(deepState, { items, depth, lane: 1 })) },
        against: { state: shallowState, ...(await fillTo(shallowState, { items, depth: shallow, lane: 1 })) },
      }
      const middle = { ours: [] as number[], against: [] as number[] }
      const slow = (side: keyof typeof queues) => async () => {
        const times = await claimTimes(queues[side])
        middle[side].push(percentile(times, 0.5))
        return percentile(times, 0.99)
      }
      const p99 = await inTurns({ ours: slow('ours'), against: slow('against') }, { warmUps: 1, runs: 5 })
      const p50 = { ours: middle.ours.slice(1), against: middle.against.slice(1) }
      const costs = { ours: await costsOf(queues.ours.state), against: await costsOf(queues.against.state) }
      return measurementsOf(dialect, depth, { p50, p99 }, costs)
    }),
  )
}

async function claimTimes({ state, refill }: Queue): Promise<number[]> {
  const times: number[] = []
  await refill(await drain(state, { batch, items: claims * batch, lane: 1, claims: 1, claimTimes: times }))
  return times
}

async function costsOf(state: BenchState): Promise<ClaimCost[]> {
  const costs: ClaimCost[] = []
  for (let shard = 1; shard <= 5; shard++)
    costs.push(await costOfClaim(state, { target: 'main', lane: 1, shard }, batch))
  return costs
}

type Both<T> = { readonly ours: T; readonly against: T }

function measurementsOf(
  dialect: Dialect,
  depth: number,
  { p50, p99 }: { p50: Both<number[]>; p99: Both<number[]> },
  costs: Both<readonly ClaimCost[]>,
): Measurement[] {
  const where = `queue of ${depth} rows, ${serverNames[dialect]}`
  const against = `queue of ${shallow} rows`
  const costOf = (key: keyof ClaimCost) => ({
    ours: costs.ours.map((cost) => cost[key]),
    against: costs.against.map((cost) => cost[key]),
  })
  return [
    { name: `claim of ${batch}, p50, ${where}`, unit: 'ms', against, runs: p50, goal: ratioAtMost(1.3) },
    { name: `claim of ${batch}, p99, ${where}`, unit: 'ms', against, runs: p99, goal: ratioAtMost(2) },
    {
      name: `rows locked by a claim, ${where}`,
      unit: 'rows per claimed row',
      against,
      runs: costOf('locked'),
      goal: ratioAtMost(1.05),
    },
    {
      name: `${dialect === 'postgres' ? 'buffers' : 'rows and index entries'} read by a claim, ${where}`,
      unit: 'per claimed row',
      against,
      runs: costOf('read'),
      goal: ratioAtMost(1.05),
    },
  ]
}
