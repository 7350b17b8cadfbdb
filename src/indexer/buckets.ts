import { lanes } from '../state/queue/lanes.ts'

/** How many turns each lane has of daily + ops + bulk. */
export interface LaneShares {
  readonly daily: number
  readonly ops: number
  readonly bulk: number
}

/**
 * The order in which a worker tries the buckets of a target. Whose lane begins goes by share, evenly mixed, so that bulk
 * is never starved; a lane without work leaves its turn to the others, from urgent to bulk. Within a lane the shards come
 * in turn, 0 (new items) among them, each lane with a place of its own: were it shared, a busy shard of one lane would
 * send the next lane past the same shard every time. So no open bucket with work waits longer than for the turns of its
 * lane × its shards. A bucket that is not open is simply not visited.
 */
export class BucketRotation {
  readonly #shards: number
  readonly #shares: readonly { readonly lane: number; readonly share: number }[]
  /** What each lane is owed: it grows by its share each turn, and who has most begins. */
  readonly #owed = new Map<number, number>()
  readonly #next = new Map<number, number>()

  /** `shards`: number of shards of the target. */
  constructor(shards: number, shares: LaneShares) {
    this.#shards = shards
    this.#shares = (['daily', 'ops', 'bulk'] as const).map((name) => ({ lane: lanes[name], share: shares[name] }))
  }

  /** (lane, shard) of all buckets but lane 0, in the order to try them now. */
  next(): { lane: number; shard: number }[] {
    const first = this.#turn()
    const order = [first, ...this.#shares.map(({ lane }) => lane).filter((lane) => lane !== first)]
    return order.flatMap((lane) => this.ofLane(lane))
  }

  /** The buckets of one lane. */
  ofLane(lane: number): { lane: number; shard: number }[] {
    const count = this.#shards + 1
    const first = this.#next.get(lane) ?? 0
    return Array.from({ length: count }, (_, index) => ({ lane, shard: (first + index) % count }))
  }

  /** Tells that a bucket gave work: the next turn of its lane starts behind its shard. */
  served(lane: number, shard: number): void {
    this.#next.set(lane, (shard + 1) % (this.#shards + 1))
  }

  #turn(): number {
    const total = this.#shares.reduce((sum, { share }) => sum + share, 0)
    let first: number = lanes.daily
    for (const { lane, share } of this.#shares) {
      const owed = (this.#owed.get(lane) ?? 0) + share
      this.#owed.set(lane, owed)
      if (owed > (this.#owed.get(first) ?? 0)) first = lane
    }
    this.#owed.set(first, (this.#owed.get(first) ?? 0) - total)
    return first
  }
}

const turnMs = 30_000

/**
 * When lane 0 is looked into: 30 s after its start or the last turn a worker takes its suspects, one by one, until there is none or
 * 30 s have passed, for the others wait meanwhile. Milliseconds of any clock that does not go back.
 */
export class AloneTurn {
  /** Null before the first look: one that kills all that it meets would keep who is started again from all else. */
  #nextAt: number | null = null
  #endsAt: number | null = null

  /** Whether it is their turn now. */
  isOn(now: number): boolean {
    this.#nextAt ??= now + turnMs
    if (this.#endsAt === null && now >= this.#nextAt) this.#endsAt = now + turnMs
    if (this.#endsAt !== null && now >= this.#endsAt) this.end(now)
    return this.#endsAt !== null
  }

  /** None is ready any more. */
  end(now: number): void {
    this.#endsAt = null
    this.#nextAt = now + turnMs
  }
}
