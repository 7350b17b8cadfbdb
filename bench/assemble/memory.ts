import type { EmbeddedServer } from '../../src/embedded-postgres/server.ts'
import { addLargePage } from '../library/large-page.ts'
import { type LibraryFiles, newLibrary } from '../library/library.ts'
import { manifold } from '../library/manifold.ts'
import { run } from '../library/process.ts'
import { withServer } from '../library/server.ts'
import type { Volumes } from '../library/volumes.ts'
import { type Measurement, neverAbove } from '../runner/bench.ts'
import { inTurns } from '../runner/runs.ts'

/** Each volume under so many ids: memory shows its peak after more than one claim. */
const copies = 4

/** Peak resident memory of a slip-index process that indexes all volumes and one of a page of 25 MB, against a Node that does nothing. */
export function measureMemory(volumes: Volumes): Promise<Measurement> {
  return withServer(async (folder, server) => {
    const files = await manifold(folder, volumes, copies)
    addLargePage(folder)
    let indexed = 0
    const sides = {
      ours: async () => {
        const { peak, items } = await indexAll(folder, server, files)
        indexed = items
        return peak / 2 ** 20
      },
      against: async () => (await run('-e', '0')).peak / 2 ** 20,
    }
    const runs = await inTurns(sides, { warmUps: 1, runs: 5 })
    return {
      name: `peak memory of slip-index, ${indexed} volumes (${volumes.name} and one with a page of 25 MB)`,
      unit: 'MiB',
      against: 'bare Node',
      runs,
      goal: neverAbove(256, 'MiB'),
    }
  })
}

async function indexAll(folder: string, server: EmbeddedServer, files: LibraryFiles) {
  const library = await newLibrary(folder, server, files)
  try {
    const once = ['--config', library.configFile, '--once']
    await run('bin/slip-rights.cjs', ...once)
    await run('bin/slip-enqueue.cjs', ...once)
    const { peak } = await run('bin/slip-index.cjs', ...once)
    const { items, indexed, errors } = await library.progress()
    if (indexed === 0 || indexed + errors !== items) throw new Error(`${indexed} indexed, ${errors} errors of ${items}`)
    return { peak, items: indexed }
  } finally {
    await library.close()
  }
}
