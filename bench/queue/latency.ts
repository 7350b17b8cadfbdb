import { setTimeout as pause } from 'node:timers/promises'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Backoff, wait } from '../../src/daemon/wait.ts'
import { Claimer } from '../../src/indexer/claimer.ts'
import { settleClaim } from '../../src/indexer/settle.ts'
import type { Dialect } from '../../src/state/connection.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { type Measurement, ratioAtMost } from '../runner/bench.ts'
import { contextOf, outcomesOf } from './drain.ts'
import { emptyQueue, fillQueue, htidOf } from './fill.ts'
import { percentile } from './percentile.ts'
import { type BenchState, serverNames, shardCount } from './state.ts'

const requests = 100
const apartMs = 10
const batch = 20
const hour = 3_600_000

/** The queue cannot be filled and emptied in turns with that many: half of the runs without come before, half after. */
const runs = { empty: 3, full: 6 }

/** From a daily request to its settlement, by one worker that only claims and settles; the queue is empty before. */
export async function measureLatency(state: BenchState, dialect: Dialect, rows: number): Promise<Measurement> {
  await dailyLatency(state)
  const against = await runsOf(state, runs.empty)
  await fillQueue(state.db, { from: requests + 1, to: rows }, { lane: 3 })
  await dailyLatency(state)
  const ours = await runsOf(state, runs.full)
  await emptyQueue(state.db)
  against.push(...(await runsOf(state, runs.empty)))
  return {
    name: `daily request → settled, p99, ${rows - requests} bulk rows queued, ${serverNames[dialect]}`,
    unit: 'ms',
    against: 'none queued',
    runs: { ours, against },
    goal: ratioAtMost(1.2),
  }
}

async function runsOf(state: BenchState, count: number): Promise<number[]> {
  const measured: number[] = []
  for (let run = 0; run < count; run++) measured.push(await dailyLatency(state))
  return measured
}

/** Milliseconds. The worker looks as slip-index does: at once while there is work, else after a pause that grows. */
async function dailyLatency({ db, worker }: BenchState): Promise<number> {
  const target = { name: 'main', engine: 'embedded', schemaVersion: 1, shards: shardCount, lease: hour, overlap: hour }
  const claimer = new Claimer(db, worker, target, { batch, shares: { daily: 5, ops: 2, bulk: 1 } })
  const pauses = await Pauses.read(db)
  const asked = new Map<string, number>()
  const times: number[] = []
  const over = new AbortController()
  const working = (async () => {
    const idling = new Backoff(50, 1_000)
    while (times.length < requests && !over.signal.aborted) {
      const claimed = await claimer.next(pauses)
      if (claimed === null) {
        await wait(idling.next(), over.signal)
        continue
      }
      idling.reset()
      await settleClaim(db, claimed, outcomesOf(claimed), contextOf(worker))
      for (const { htid } of claimed.items) {
        const since = asked.get(htid)
        if (since !== undefined) times.push(performance.now() - since)
      }
    }
  })()
  try {
    for (let n = 1; n <= requests; n++) {
      asked.set(htidOf(n), performance.now())
      await db.transaction((tx) => requestItems(tx, 'main', [htidOf(n)], { lane: 'daily', reason: 'bench' }))
      await pause(apartMs)
    }
    await working
  } finally {
    over.abort()
    await working
  }
  return percentile(times, 0.99)
}
