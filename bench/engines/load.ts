import { schema } from '../../src/config/schema.ts'
import { run } from '../library/process.ts'
import type { Legs } from './legs.ts'
import type { Leg, LegResult, LoaderOrder } from './loader-process.ts'
import type { TestedEngine } from './tested-engine.ts'

const indexer = schema.shape.indexer.parse(undefined)

/** How a loader sends. */
export type Choice = Pick<Leg, 'parcelBytes' | 'connections'>

/** What slip-index sends by default. */
export const byDefault: Choice = { parcelBytes: indexer.batchBytes, connections: indexer.connections }

/** Runs the plain loader; what each leg gave, in order. */
export async function load(order: LoaderOrder): Promise<LegResult[]> {
  const { output } = await run('bench/engines/loader-process.ts', JSON.stringify(order))
  return JSON.parse(output) as LegResult[]
}

let made = 0

/** Posts all documents of the legs into an index of its own. */
export async function loadAll(
  tested: TestedEngine,
  { files, warmUp }: Legs,
  choice: Choice = byDefault,
): Promise<LegResult> {
  const index = `loader_${++made}`
  await tested.create(index)
  try {
    const { url, format } = tested
    const leg = { path: tested.pathOf(index), ...choice }
    const order: LoaderOrder = { url, format, repository: files.repository, warmUp, legs: [leg] }
    return (await load(order))[0] as LegResult
  } finally {
    await tested.drop(index)
  }
}
