import type { Bench, Measurement, Scale } from '../runner/bench.ts'
import { type Servers, withServers } from './servers.ts'
import { measureSpeed } from './speed.ts'

const parts: readonly ((servers: Servers, scale: Scale) => Promise<Measurement[]>)[] = [measureSpeed]

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
