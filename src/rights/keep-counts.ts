import { performance } from 'node:perf_hooks'
import { countsOf, type SourceCounts } from '../events/source-counts.ts'
import { addSourceCounts } from '../state/rights/source-counts.ts'
import type { Pass } from './context.ts'
import type { Tally } from './tally.ts'

/** What of a tally is kept already: its first keeping begins a pass of its source. */
const kept = new WeakMap<Tally, SourceCounts>()

/**
 * Adds what each source counted since to slip_source_count. It is called after what was counted is written: a crash in
 * between leaves it uncounted, and never counts what was not done.
 */
export async function keepCounts({ db, tally }: Pick<Pass, 'db' | 'tally'>): Promise<void> {
  for (const [source, own] of tally.sources) {
    const before = kept.get(own)
    const counts = { ...own.counts }
    const news = before === undefined ? counts : countsOf((count) => counts[count] - before[count])
    if (Object.values(news).every((count) => count === 0)) continue
    await db.transaction((tx) => addSourceCounts(tx, source, news, before === undefined))
    kept.set(own, counts)
  }
  keptAt.set(tally, performance.now())
}

const keptAt = new WeakMap<Tally, number>()
/** As long may a pass be ahead of its counts. Milliseconds. */
const staleMs = 1_000

/** Keeps counts after a part of what is read, once a while: whoever reads on keeps the rest. */
export async function keepCountsOnTheWay(pass: Pick<Pass, 'db' | 'tally'>): Promise<void> {
  if (performance.now() - (keptAt.get(pass.tally) ?? Number.NEGATIVE_INFINITY) >= staleMs) await keepCounts(pass)
}
