import { performance } from 'node:perf_hooks'
import type { SlipError } from '../errors/slip-error.ts'

/** What a batch left for later, and what it brought to an end. */
export interface PutOffReport {
  readonly putOff: readonly PutOffItem[]
  readonly over: readonly string[]
}

/** An item delayed for a fault that is not its own. */
export interface PutOffItem {
  readonly htid: string
  readonly error: SlipError
  /** Milliseconds its server asked to wait, 0 = some; undefined = it did not ask for that. */
  readonly retryAfterMs?: number | undefined
}

/** A delay is at most half as long again as it is said to be; then the mover comes, every second. */
const longestFactor = 1.5
const moverMs = 2_000
/** So often is waited in vain for a server that asks to wait, and again. */
const mostWaits = 5

/**
 * With `--once`: the items whose servers were away or asked for less, and which the process would leave behind as if nothing
 * were the matter. What a server asked to wait with is waited for; of what is left at the end it is told why.
 */
export class PutOff {
  readonly #backoffMs: number
  readonly #items = new Map<string, SlipError>()
  #dueAt = 0
  #waits = 0

  /** `backoffMs`: how long an item is put off that is not told otherwise. */
  constructor(backoffMs: number) {
    this.#backoffMs = backoffMs
  }

  hear({ putOff, over }: PutOffReport, now = performance.now()): void {
    for (const htid of over) this.#items.delete(htid)
    for (const { htid, error } of putOff) this.#items.set(htid, error)
    const asked = putOff.flatMap(({ retryAfterMs }) => retryAfterMs ?? [])
    if (over.length > 0) this.#waits = 0
    if (asked.length === 0) return
    if (over.length === 0) this.#waits++
    // twice what is asked for, as a delay is half of it at least
    const longest = Math.max(this.#backoffMs, ...asked.map((ms) => ms * 2)) * longestFactor
    this.#dueAt = Math.max(this.#dueAt, now + longest + moverMs)
  }

  /** Whether something may still come back that a server asked to wait with. */
  isAwaited(now = performance.now()): boolean {
    return this.#items.size > 0 && now < this.#dueAt && this.#waits < mostWaits
  }

  /** Why the first of them is left, where any is; `stillDelayed` says which are. */
  async whyLeft(stillDelayed: (htids: readonly string[]) => Promise<ReadonlySet<string>>): Promise<SlipError | null> {
    if (this.#items.size === 0) return null
    const left = await stillDelayed([...this.#items.keys()])
    return [...this.#items].find(([htid]) => left.has(htid))?.[1] ?? null
  }
}
