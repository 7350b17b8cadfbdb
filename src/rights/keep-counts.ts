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
}
