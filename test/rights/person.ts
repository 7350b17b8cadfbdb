import { EventBus } from '../../src/events/bus.ts'
import type { SourceCounts } from '../../src/events/source-counts.ts'
import { openPasses } from '../../src/rights/passes.ts'
import type { Ran } from '../../src/rights/ran.ts'
import { runCensus, runSource, type Task } from '../../src/rights/run-source.ts'
import type { Missing } from '../../src/rights/withdraw-missing.ts'
import type { Library } from '../daemon/library.ts'

/** What slipctl does to a source, inside the test's own process. */
export async function runTask(
  { config, state }: Library,
  source: string,
  task: Task,
  stop = new AbortController().signal,
): Promise<Ran & { counts: SourceCounts }> {
  const passes = openPasses({
    ...{ config, db: state.db, bus: new EventBus(), stop, atOnce: true },
    all: task.kind === 'all',
  })
  const pass = passes.next()
  try {
    const ran = await runSource(pass, passes.breakers, source, task)
    return { ...ran, counts: pass.tally.of(source).counts }
  } finally {
    await passes.close()
  }
}

/** slipctl sources run --all --withdraw-missing. */
export async function census(
  { config, state }: Library,
  source: string,
  { yes = false, dryRun = false, stop = new AbortController().signal } = {},
): Promise<Missing> {
  const passes = openPasses({ config, db: state.db, bus: new EventBus(), stop, atOnce: true, all: true })
  try {
    return await runCensus(passes.next(), passes.breakers, source, { yes, dryRun })
  } finally {
    await passes.close()
  }
}
