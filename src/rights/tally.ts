import type { Change } from '../state/rights/upsert-rights.ts'

/** What one pass did, item by item. */
export class Tally {
  readonly counts = { new: 0, updated: 0, moved: 0, withdrawn: 0, noop: 0, forced: 0, outOfScope: 0, bad: 0 }

  add(changes: Iterable<Change>): void {
    for (const change of changes) this.counts[change.toLowerCase() as Lowercase<Change>]++
  }

  /** True when the pass saw anything at all. */
  get any(): boolean {
    return Object.values(this.counts).some((count) => count > 0)
  }
}
