import type { Connection, Dialect } from '../../src/state/connection.ts'
import { run } from '../library/process.ts'
import { type Measurement, neverAbove, ratioAtLeast, reported, type Scale } from '../runner/bench.ts'
import type { Drained, DrainOrder } from './drain-process.ts'
import { percentile } from './percentile.ts'
import { fillTo } from './refill.ts'
import type { Servers } from './servers.ts'
import { serverNames, withState } from './state.ts'

const items = { default: 8_000, large: 400_000 }
const batch = 20
/** Of each process. */
const warmUp = 2_000
const processes = 8
const rounds = 5

/** Eight processes on one queue against one, each with one claim at a time as slip-index, from when all are warm; deadlocks as the server counts them. */
export async function measureProcesses(servers: Servers, scale: Scale): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const dialect of ['postgres', 'mysql'] as const) {
    measured.push(...(await measureOn(servers, dialect, items[scale])))
  }
  return measured
}

function measureOn(servers: Servers, dialect: Dialect, count: number): Promise<Measurement[]> {
  return withState(servers, dialect, async ({ db, url, worker }) => {
    const { refill } = await fillTo(
      { db, url, worker },
      { items: 2 * (count + 100_000), depth: count + 100_000, lane: 1 },
    )
    let runs = 0
    const work = async (processes: number) => {
      const shares = { warmUp, items: count / processes }
      const order: DrainOrder = { url, run: `run ${++runs}`, processes, batch, claims: 1, ...shares }
      const before = await deadlocks(db)
      const started = Array.from({ length: processes }, () =>
        run('bench/queue/drain-process.ts', JSON.stringify(order)),
      )
      const drained = (await Promise.all(started)).map(({ output }) => JSON.parse(output) as Drained)
      const times = drained.flatMap(({ claimTimes }) => claimTimes)
      const ms = Math.max(...drained.map(({ ended }) => ended)) - Math.min(...drained.map(({ began }) => began))
      await refill(times.length * batch + warmUp * processes)
      const rate = (times.length * batch * 1_000) / ms
      return { rate, p99: percentile(times, 0.99), deadlocks: (await deadlocks(db)) - before }
    }
    const one: Awaited<ReturnType<typeof work>>[] = []
    const many: typeof one = []
    for (let round = 0; round < rounds; round++) {
      one.push(await work(1))
      many.push(await work(processes))
    }
    const runsOf = (key: 'rate' | 'p99' | 'deadlocks') => ({
      ours: many.map((each) => each[key]),
      against: one.map((each) => each[key]),
    })
    const what = `${processes} processes, batches of ${batch}, ${serverNames[dialect]}`
    const against = 'one process'
    return [
      { name: `claim → settle, ${what}`, unit: 'items/s', against, runs: runsOf('rate'), goal: ratioAtLeast(1) },
      { name: `claim p99, ${what}`, unit: 'ms', against, runs: runsOf('p99'), goal: reported },
      { name: `deadlocks, ${what}`, unit: 'a run', against, runs: runsOf('deadlocks'), goal: neverAbove(0, 'a run') },
    ]
  })
}

const counters: Record<Dialect, string> = {
  postgres: 'SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()',
  mysql: `SELECT variable_value AS count FROM information_schema.global_status WHERE variable_name = 'Innodb_deadlocks'`,
}

async function deadlocks(db: Connection): Promise<number> {
  const [row] = await db.query<{ count: number }>(counters[db.dialect])
  return Number(row?.count)
}
