import { setTimeout as pause } from 'node:timers/promises'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Backoff, wait } from '../../src/daemon/wait.ts'
import { Claimer } from '../../src/indexer/claimer.ts'
import { settleClaim } from '../../src/indexer/settle.ts'
import type { Dialect } from '../../src/state/connection.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { type Measurement, ratioAtMost, type Scale } from '../runner/bench.ts'
import { inTurns } from '../runner/runs.ts'
import { contextOf, outcomesOf } from './drain.ts'
import { fillLedger, fillQueue, fillRights, firstItems, htidOf } from './fill.ts'
import { percentile } from './percentile.ts'
import type { Servers } from './servers.ts'
import { type BenchState, serverNames, shardCount, withState } from './state.ts'

const bulk = { default: 300_000, large: 20_000_000 }
const requests = 150
const apartMs = 20
const batch = 20
const hour = 3_600_000

/** From a daily request to its settlement, by one worker that only claims and settles. */
export async function measureLatency(servers: Servers, scale: Scale): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const dialect of ['postgres', 'mysql'] as const) measured.push(await measureOn(servers, dialect, bulk[scale]))
  return measured
}

function measureOn(servers: Servers, dialect: Dialect, rows: number): Promise<Measurement> {
  return withState(servers, dialect, (full) =>
    withState(servers, dialect, async (empty) => {
      for (const { db } of [full, empty]) {
        await fillRights(db, firstItems(rows + requests))
        await fillLedger(db, firstItems(rows + requests))
      }
      await fillQueue(full.db, { from: requests + 1, to: requests + rows }, { lane: 3 })
      const sides = { ours: () => dailyLatency(full), against: () => dailyLatency(empty) }
      return {
        name: `daily request → settled, p99, ${rows} bulk rows queued, ${serverNames[dialect]}`,
        unit: 'ms',
        against: 'none queued',
        runs: await inTurns(sides, { warmUps: 1, runs: 5 }),
        goal: ratioAtMost(1.2),
      }
    }),
  )
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
    const idling = new Backoff(50, 2_000)
    while (times.length < requests) {
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
  for (let n = 1; n <= requests; n++) {
    asked.set(htidOf(n), performance.now())
    await db.transaction((tx) => requestItems(tx, 'main', [htidOf(n)], { lane: 'daily', reason: 'bench' }))
    await pause(apartMs)
  }
  await working
  return percentile(times, 0.99)
}
