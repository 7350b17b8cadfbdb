import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { packageRoot } from '../../src/config/package-root.ts'
import type { Dialect } from '../../src/state/connection.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { type Measurement, reported, type Scale } from '../runner/bench.ts'
import { fillTo } from './refill.ts'
import type { Servers } from './servers.ts'
import { serverNames, withState } from './state.ts'

const leaseMs = 2_000
/** How often slip-index and slip-enqueue reap. */
const everyMs = leaseMs / 4
const runs = 5

/** From kill -9 of a process that holds claims to their rows being ready again, against its lease. */
export async function measureReclaim(servers: Servers, _scale: Scale): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const dialect of ['postgres', 'mysql'] as const) measured.push(await measureOn(servers, dialect))
  return measured
}

function measureOn(servers: Servers, dialect: Dialect): Promise<Measurement> {
  return withState(servers, dialect, async (state) => {
    const { db } = state
    await fillTo(state, { items: 20_000, depth: 10_000, lane: 1 })
    await db.change(`UPDATE slip_target SET lease_ms = ${leaseMs}`)
    const ours: number[] = []
    for (let run = 0; run < runs; run++) {
      await killWithClaims(state.url)
      const killed = performance.now()
      while (Number((await db.query<{ count: number }>('SELECT count(*) AS count FROM slip_claim'))[0]?.count) > 0) {
        await pause(everyMs)
        await db.transaction((tx) => reap(tx, 100))
      }
      ours.push((performance.now() - killed) / 1_000)
    }
    return {
      name: `kill -9 → claims taken back, lease of ${leaseMs / 1_000} s, ${serverNames[dialect]}`,
      unit: 's',
      against: 'lease',
      runs: { ours, against: [leaseMs / 1_000] },
      goal: reported,
    }
  })
}

/** Starts a process that claims, and kills it when it has. */
async function killWithClaims(url: string): Promise<void> {
  const child = spawn(process.execPath, ['bench/queue/claim-process.ts', url], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await ended
}
