import type { Connection, Dialect } from '../../src/state/connection.ts'
import { openDatabase } from '../../src/state/database.ts'
import { type Measurement, ratioAtMost, type Scale } from '../runner/bench.ts'
import { inTurns } from '../runner/runs.ts'
import { drain } from './drain.ts'
import { percentile } from './percentile.ts'
import { fillTo } from './refill.ts'
import type { Servers } from './servers.ts'
import { type BenchState, serverNames, withState } from './state.ts'

/** Rows drained in a run: all of them stay as dead entries of the index while somebody's snapshot is older. */
const drained = { default: 50_000, large: 1_000_000 }
const batch = 200

/**
 * Claims behind a transaction that was opened right before the first of them: nothing they leave may be cleared away. What a
 * snapshot kept before that, such as in ten minutes, is not there.
 */
export async function measureSnapshot(servers: Servers, scale: Scale): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const dialect of ['postgres', 'mysql'] as const) {
    measured.push(await withState(servers, dialect, (state) => measureOn(state, dialect, drained[scale])))
  }
  return measured
}

async function measureOn(state: BenchState, dialect: Dialect, items: number): Promise<Measurement> {
  const { refill } = await fillTo(state, { items: items * 2 + 100_000, depth: items + 50_000, lane: 1 })
  const run = async () => {
    const claimTimes: number[] = []
    const settled = await drain(state, { batch, items, lane: 1, claimTimes })
    return { settled, p99: percentile(claimTimes, 0.99) }
  }
  const sides = {
    ours: async () => {
      const { settled, p99 } = await behindSnapshot(state, run)
      await refill(settled)
      return p99
    },
    against: async () => {
      const { settled, p99 } = await run()
      await refill(settled)
      return p99
    },
  }
  const held =
    dialect === 'postgres'
      ? 'behind a snapshot taken as it begins'
      : 'with purge blocked by a snapshot taken as it begins'
  return {
    name: `claim of ${batch}, p99, draining ${items} rows ${held}, ${serverNames[dialect]}`,
    unit: 'ms',
    against: 'without it',
    runs: await inTurns(sides, { warmUps: 1, runs: 5 }),
    goal: ratioAtMost(3),
  }
}

/** Runs `work` while a transaction elsewhere keeps the snapshot it took before. */
async function behindSnapshot<T>({ url }: BenchState, work: () => Promise<T>): Promise<T> {
  const reader = await openDatabase({ url, applicationName: 'slip-bench-reader', poolSize: 1 })
  try {
    return await reader.transaction(async (tx) => {
      await snapshotOf(tx)
      return work()
    })
  } finally {
    await reader.close()
  }
}

/** READ COMMITTED takes a new snapshot with each statement. */
async function snapshotOf(tx: Connection): Promise<void> {
  if (tx.dialect === 'postgres') {
    await tx.change('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
    await tx.change('SET LOCAL idle_in_transaction_session_timeout = 0')
    await tx.query('SELECT count(*) FROM slip_target')
    return
  }
  await tx.change('COMMIT')
  await tx.change('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  await tx.change('SET SESSION wait_timeout = 86400')
  await tx.change('START TRANSACTION WITH CONSISTENT SNAPSHOT')
}
