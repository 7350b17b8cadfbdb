import { setTimeout as pause } from 'node:timers/promises'
import type { Connection, Dialect } from '../../src/state/connection.ts'
import { type Measurement, ratioAtMost, reported, type Scale } from '../runner/bench.ts'
import { drain } from './drain.ts'
import { fillTo, type Refill } from './refill.ts'
import type { Servers } from './servers.ts'
import { type BenchState, serverNames, withState } from './state.ts'

const through = { default: 60_000, large: 10_000_000 }
const depth = 10_000
const batch = 200
const known = 100_000
/** Items settled between two fillings. */
const step = depth / 5
/** The queue is measured at this many moments of its life. */
const looks = 5
/** Two hundred times what an engine takes. Without rest the queue turns over several times a second. */
const itemsPerSecond = 5_000

/** Bytes of the queue and its indexes while many items go through it, at a steady depth. */
export async function measureSize(servers: Servers, scale: Scale): Promise<Measurement[]> {
  // side by side: it is size that is measured, and ten million items at a steady pace take half an hour
  const both = (['postgres', 'mysql'] as const).map((dialect) => measureOn(servers, dialect, through[scale]))
  return (await Promise.all(both)).flat()
}

function measureOn(servers: Servers, dialect: Dialect, items: number): Promise<Measurement[]> {
  return withState(servers, dialect, async (state) => {
    const { refill } = await fillTo(state, { items: known, depth, lane: 1 })
    const fresh = [await queueMiB(state.db)]
    const paced = await sizesWhile(state, refill, items, step * (1_000 / itemsPerSecond))
    const fast = await sizesWhile(state, refill, items, 0)
    const what = `queue and its indexes, ${depth} rows deep, while ${items} items go through`
    const where = serverNames[dialect]
    const common = { unit: 'MiB', against: 'fresh' }
    return [
      {
        ...common,
        name: `${what}, ${itemsPerSecond} a second, ${where}`,
        runs: { ours: paced, against: fresh },
        goal: ratioAtMost(3),
      },
      { ...common, name: `${what} without rest, ${where}`, runs: { ours: fast, against: fresh }, goal: reported },
    ]
  })
}

/** A step takes `msPerStep` at least. */
async function sizesWhile(
  state: BenchState,
  refill: Refill['refill'],
  items: number,
  msPerStep: number,
): Promise<number[]> {
  const seen: number[] = []
  for (let look = 0; look < looks; look++) {
    for (let done = 0; done < items / looks; ) {
      const began = performance.now()
      const settled = await drain(state, { batch, items: step, lane: 1 })
      await refill(settled, { vacuum: false })
      done += settled
      await pause(Math.max(0, msPerStep - (performance.now() - began)))
    }
    seen.push(await queueMiB(state.db))
  }
  return seen
}

const sizes: Record<Dialect, string> = {
  postgres: `SELECT pg_total_relation_size('slip_queue') AS bytes`,
  mysql: `
    SELECT file_size AS bytes FROM information_schema.innodb_sys_tablespaces WHERE name = CONCAT(DATABASE(), '/slip_queue')`,
}

async function queueMiB(db: Connection): Promise<number> {
  const [row] = await db.query<{ bytes: number }>(sizes[db.dialect])
  return Number(row?.bytes) / 2 ** 20
}
