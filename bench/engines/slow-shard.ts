import { setTimeout as pause } from 'node:timers/promises'
import { HttpProxy, send } from '../../test/chaos/http-proxy.ts'
import { run } from '../library/process.ts'
import { type Measurement, neverAbove } from '../runner/bench.ts'
import { inTurns } from '../runner/runs.ts'
import { withFullQueue } from './full-queue.ts'
import type { Legs } from './legs.ts'
import type { TestedEngine } from './tested-engine.ts'

/** Milliseconds that each parcel waits longer than the engine takes. */
const later = 300
let made = 0

/** Peak memory of slip-index while its shard answers slowly: what is assembled must not pile up. */
export async function measureSlowShard(tested: TestedEngine, { files }: Legs): Promise<Measurement[]> {
  const proxy = await HttpProxy.before(tested.url)
  proxy.strike(
    ({ method, path }) => method === 'POST' && /\/(update|_bulk)\b/.test(path),
    async ({ pass, response }) => {
      const answered = await pass()
      await pause(later)
      send(response, answered)
    },
  )
  const peakOf = async () => {
    const index = `slow_${++made}`
    const main = { ...tested.targetOf(index), urls: [proxy.url] }
    try {
      return await withFullQueue({ main }, files, async ({ configFile }) => {
        const { peak } = await run('bin/slip-index.cjs', '--config', configFile, '--once')
        return peak / 2 ** 20
      })
    } finally {
      await tested.drop(index)
    }
  }
  const bare = async () => (await run('-e', '0')).peak / 2 ** 20
  try {
    return [
      {
        name: `peak memory of slip-index while the shard answers ${later} ms later, ${tested.name}`,
        unit: 'MiB',
        against: 'bare Node',
        runs: await inTurns({ ours: peakOf, against: bare }, { warmUps: 0, runs: 5 }),
        goal: neverAbove(256, 'MiB'),
      },
    ]
  } finally {
    await proxy.close()
  }
}
