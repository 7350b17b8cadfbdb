import type { Dialect } from '../../src/state/connection.ts'
import type { Measurement, Scale } from '../runner/bench.ts'
import { measureBlocks } from './blocks.ts'
import { emptyQueue, fillLedger, fillRights, firstItems } from './fill.ts'
import { measureLatency } from './latency.ts'
import type { Servers } from './servers.ts'
import { type BenchState, withState } from './state.ts'
import { measureSweep } from './sweep.ts'

const known = { default: 200_000, large: 20_000_000 }
const targets = ['main', 'second']

/** What a library costs that is known whole in two targets: its sweep, and what is queued beside it. */
export function measureLibrary(servers: Servers, scale: Scale): Promise<Measurement[]> {
  return withLibraries(servers, scale, async (states, items) => {
    const measured: Measurement[] = []
    for (const dialect of ['postgres', 'mysql'] as const) {
      measured.push(...(await measureSweep(states[dialect], dialect, items, targets)))
      await emptyQueue(states[dialect].db)
      measured.push(await measureLatency(states[dialect], dialect, items))
    }
    return measured
  })
}

/** What slip-enqueue and slip-rights do block by block beside it. */
export function measureBlocksOfLibrary(servers: Servers, scale: Scale): Promise<Measurement[]> {
  return withLibraries(servers, scale, measureBlocks)
}

function withLibraries(
  servers: Servers,
  scale: Scale,
  work: (states: Readonly<Record<Dialect, BenchState>>, items: number) => Promise<Measurement[]>,
): Promise<Measurement[]> {
  const items = known[scale]
  return withLibrary(servers, 'postgres', items, (postgres) =>
    withLibrary(servers, 'mysql', items, (mysql) => work({ postgres, mysql }, items)),
  )
}

/** Opens a state whose items are all known and indexed in each target. */
function withLibrary<T>(
  servers: Servers,
  dialect: Dialect,
  items: number,
  work: (state: BenchState) => Promise<T>,
): Promise<T> {
  const filled = async (state: BenchState) => {
    await fillRights(state.db, firstItems(items))
    for (const target of targets) await fillLedger(state.db, firstItems(items), target)
    return work(state)
  }
  return withState(servers, dialect, filled, targets)
}
