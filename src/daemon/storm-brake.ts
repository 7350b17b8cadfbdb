/** Of so many outcomes at most the share of failures is watched, and of no fewer. */
const most = 500
const least = 100

export interface Storm {
  readonly code: string
  readonly failed: number
  readonly of: number
}

/**
 * Notices when one code makes too many of the last outcomes fail: then it is no longer the items that are at fault, and
 * going on would turn them all into errors. Each process watches what it does itself: it needs a hundred outcomes to
 * know, so that even many processes at once burn but a few hundred, and none writes a table to count.
 */
export class StormBrake {
  readonly #share: number
  /** The last outcomes: a code, or null for what went well. */
  #outcomes: (string | null)[] = []
  #next = 0
  #counts = new Map<string, number>()

  /** `share`: more than this part of the outcomes is a storm; 1 = never. */
  constructor(share: number) {
    this.#share = share
  }

  add(outcome: string | null): void {
    const over = this.#outcomes[this.#next] ?? null
    if (over !== null) this.#count(over, -1)
    this.#outcomes[this.#next] = outcome
    this.#next = (this.#next + 1) % most
    if (outcome !== null) this.#count(outcome, 1)
  }

  /** The code whose storm it is, if any. */
  storm(): Storm | null {
    const of = this.#outcomes.length
    if (of < least) return null
    for (const [code, failed] of this.#counts) if (failed > this.#share * of) return { code, failed, of }
    return null
  }

  /** Forgets what it saw: work goes on after a storm. */
  reset(): void {
    this.#outcomes = []
    this.#next = 0
    this.#counts = new Map()
  }

  #count(code: string, step: number): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + step)
  }
}
