import { schema } from '../../src/config/schema.ts'
import { run } from '../library/process.ts'
import type { LegResult, LoaderOrder } from './loader-process.ts'

const indexer = schema.shape.indexer.parse(undefined)

/** What slip-index sends by default. */
export const byDefault = { parcelBytes: indexer.batchBytes, connections: indexer.connections }

/** Runs the plain loader; what each leg gave, in order. */
export async function load(order: LoaderOrder): Promise<LegResult[]> {
  const { output } = await run('bench/engines/loader-process.ts', JSON.stringify(order))
  return JSON.parse(output) as LegResult[]
}
