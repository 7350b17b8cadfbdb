import { countsOf, type SourceCount, type SourceCounts } from '../events/source-counts.ts'
import type { Bad } from '../sources/source.ts'
import type { Change } from '../state/rights/upsert-rights.ts'

/** What one pass did, item by item; and what each source had in it. */
export class Tally {
  readonly counts: SourceCounts = countsOf(() => 0)
  /** What of the bad may have named a record or an item: which of them are missing is not known beside it. */
  unread = 0
  readonly #whole: Tally | undefined
  readonly #sources = new Map<string, Tally>()

  constructor(whole?: Tally) {
    this.#whole = whole
  }

  /** That of a source; what is counted there counts here too. */
  of(source: string): Tally {
    const known = this.#sources.get(source)
    if (known !== undefined) return known
    const own = new Tally(this)
    this.#sources.set(source, own)
    return own
  }

  /** Those of the sources, by name. */
  get sources(): ReadonlyMap<string, Tally> {
    return this.#sources
  }

  count(what: SourceCount, number = 1): void {
    this.counts[what] += number
    this.#whole?.count(what, number)
  }

  addBad(bad: readonly Pick<Bad, 'part'>[]): void {
    this.count('bad', bad.length)
    this.unread += bad.filter(({ part }) => part !== 'detail').length
  }

  add(changes: Iterable<Change>): void {
    const numbers = new Map<Change, number>()
    for (const change of changes) numbers.set(change, (numbers.get(change) ?? 0) + 1)
    for (const [change, number] of numbers) this.count(change.toLowerCase() as Lowercase<Change>, number)
  }

  /** True when the pass saw anything at all. */
  get any(): boolean {
    return Object.values(this.counts).some((count) => count > 0)
  }
}
