import type { Connection, Dialect } from '../../src/state/connection.ts'
import { type Measurement, ratioAtMost, type Scale } from '../runner/bench.ts'
import { drain } from './drain.ts'
import { fillTo } from './refill.ts'
import type { Servers } from './servers.ts'
import { serverNames, withState } from './state.ts'

const through = { default: 200_000, large: 10_000_000 }
const depth = 10_000
const batch = 200
const known = 100_000
/** The queue is measured at this many moments of its life. */
const looks = 5

/** Bytes of the queue and its indexes after many items went through it, at a steady depth. */
export async function measureSize(servers: Servers, scale: Scale): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const dialect of ['postgres', 'mysql'] as const) measured.push(await measureOn(servers, dialect, through[scale]))
  return measured
}

function measureOn(servers: Servers, dialect: Dialect, items: number): Promise<Measurement> {
  return withState(servers, dialect, async (state) => {
    const { refill } = await fillTo(state, { items: known, depth, lane: 1 })
    const fresh = await queueMiB(state.db)
    const ours: number[] = []
    for (let look = 0; look < looks; look++) {
      for (let done = 0; done < items / looks; ) {
        const settled = await drain(state, { batch, items: depth / 2, lane: 1 })
        await refill(settled, { vacuum: false })
        done += settled
      }
      ours.push(await queueMiB(state.db))
    }
    return {
      name: `queue and its indexes, ${depth} rows deep, while ${items} items go through, ${serverNames[dialect]}`,
      unit: 'MiB',
      against: 'fresh',
      runs: { ours, against: [fresh] },
      goal: ratioAtMost(3),
    }
  })
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
