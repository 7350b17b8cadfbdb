import type { Bench, Measurement, Scale } from '../runner/bench.ts'
import { measureBlocks } from './blocks.ts'
import { measureDepth } from './depth.ts'
import { measureLatency } from './latency.ts'
import { measureLog } from './log.ts'
import { measureProcesses } from './processes.ts'
import { measureReclaim } from './reclaim.ts'
import { type Servers, withServers } from './servers.ts'
import { measureSize } from './size.ts'
import { measureSnapshot } from './snapshot.ts'
import { measureSpeed } from './speed.ts'
import { measureSweep } from './sweep.ts'
import { measureViews } from './views.ts'

const parts: readonly ((servers: Servers, scale: Scale) => Promise<Measurement[]>)[] = [
  measureSpeed,
  measureDepth,
  measureSnapshot,
  measureSize,
  measureBlocks,
  measureSweep,
  measureLatency,
  measureViews,
  measureProcesses,
  measureReclaim,
  measureLog,
]

let described: Readonly<Record<string, string>> = {}

export const bench: Bench = {
  description: 'The state machine on PostgreSQL and MariaDB, with graphile-worker as the peer.',
  measure: (scale) =>
    withServers(async (servers) => {
      described = servers.described
      const measurements: Measurement[] = []
      for (const part of parts) measurements.push(...(await part(servers, scale)))
      return measurements
    }),
  versions: () => described,
}
