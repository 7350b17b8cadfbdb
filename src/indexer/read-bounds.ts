import { performance } from 'node:perf_hooks'
import type { Claim } from '../state/queue/claim.ts'

/** How long a bound stands at least before its bucket is read from the beginning again, in milliseconds. */
const leastMs = 3_000
/** How many times longer than its readings from the beginning took a round lasts. */
const restFactor = 20

type Answer = Pick<Claim, 'items' | 'passed' | 'lastSeq'>

/**
 * From which seq on each bucket is read: from where its last claim ended, or from the time at which it was empty, for behind
 * an old snapshot the index keeps the dead entries of all that was claimed before. What comes back to the queue below that
 * is found from the beginning, where a bucket is read once a round. A round lasts 20 times as long as the readings from the
 * beginning took, and at least 3 s; in it buckets without rows are read so again as long as a twentieth of the time is not
 * used up. So such readings take a twentieth of the time at most however many dead entries there are.
 */
export class ReadBounds {
  readonly #now: () => number
  readonly #bounds = new Map<string, number>()
  #round = 0
  #since: number
  /** Milliseconds. */
  #spent = 0
  #underWay = 0
  #hasSpared = false

  /** `now`: milliseconds of any clock that does not go back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#since = now()
  }

  /** Whether `claim` has answered since the last call without having read a bucket from the beginning. */
  takeSpared(): boolean {
    const spared = this.#hasSpared
    this.#hasSpared = false
    return spared
  }

  /**
   * Claims from a bucket, above its bound first if it has one; where nothing is there, from the beginning, unless the
   * twentieth is used up. With `thorough` from the beginning at once: then an answer without rows, neither claimed nor
   * passed, says that the bucket has none. Throws what `claimFrom` throws.
   */
  async claim<T extends Answer>(
    bucket: string,
    claimFrom: (fromSeq: number) => Promise<T>,
    thorough = false,
  ): Promise<T> {
    this.#beginRound()
    const bound = this.#bounds.get(bucket)
    if (bound !== undefined && !thorough) {
      const claimed = await this.#keep(bucket, () => claimFrom(bound))
      if (hasRows(claimed)) return claimed
      if (this.#isUsedUp) {
        this.#hasSpared = true
        return claimed
      }
    }
    return this.#keep(bucket, () => this.#fromBeginning(() => claimFrom(0), thorough))
  }

  /** The twentieth of the time since the round began. */
  get #isUsedUp(): boolean {
    return restFactor * this.#spent > this.#now() - this.#since
  }

  /** None while a reading is under way: what it takes is not known yet. */
  #beginRound() {
    const lasts = Math.max(leastMs, restFactor * this.#spent)
    if (this.#underWay > 0 || this.#now() - this.#since < lasts) return
    this.#round++
    this.#bounds.clear()
    this.#spent = 0
    this.#since = this.#now()
  }

  /** Bounds the next claim by what this one saw, unless a round has begun meanwhile: it would spare the bucket that round. */
  async #keep<T extends Answer>(bucket: string, read: () => Promise<T>): Promise<T> {
    const round = this.#round
    const claimed = await read()
    if (round === this.#round) this.#bounds.set(bucket, claimed.lastSeq)
    return claimed
  }

  /** What is read anyway is not counted: an idle worker does so all the time, and would put off the next round for ever. */
  async #fromBeginning<T>(read: () => Promise<T>, thorough: boolean): Promise<T> {
    const started = this.#now()
    this.#underWay++
    try {
      return await read()
    } finally {
      this.#underWay--
      if (!thorough) this.#spent += this.#now() - started
    }
  }
}

const hasRows = ({ items, passed }: Answer) => items.length > 0 || passed > 0
