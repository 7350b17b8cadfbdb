import type { Bench, Measurement, Scale } from '../runner/bench.ts'
import { measureDepth } from './depth.ts'
import { measureBlocksOfLibrary, measureLibrary } from './library.ts'
import { measureLog } from './log.ts'
import { measureProcesses } from './processes.ts'
import { measureReclaim } from './reclaim.ts'
import { type Servers, withServers } from './servers.ts'
import { measureSize } from './size.ts'
import { measureSnapshot } from './snapshot.ts'
import { measureSpeed } from './speed.ts'
import { measureViews } from './views.ts'

type Part = (servers: Servers, scale: Scale) => Promise<Measurement[]>

const parts: Readonly<Record<string, Part>> = {
  speed: measureSpeed,
  depth: measureDepth,
  snapshot: measureSnapshot,
  size: measureSize,
  library: measureLibrary,
  blocks: measureBlocksOfLibrary,
  views: measureViews,
  processes: measureProcesses,
  reclaim: measureReclaim,
  log: measureLog,
}

let described: Readonly<Record<string, string>> = {}

export const bench: Bench = {
  description: 'The state machine on PostgreSQL and MariaDB, with graphile-worker as the peer.',
  parts: Object.keys(parts),
  measure: (scale, chosen, tell) =>
    withServers(async (servers) => {
      described = servers.described
      for (const [name, part] of Object.entries(parts)) {
        if (chosen.length > 0 && !chosen.includes(name)) continue
        const began = performance.now()
        tell(await part(servers, scale))
        console.error(`queue: ${name} measured in ${Math.round((performance.now() - began) / 1_000)} s`)
      }
    }),
  versions: () => described,
}
