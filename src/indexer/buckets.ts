import { lanes } from '../state/queue/lanes.ts'

/** Which lane a worker looks into first, batch by batch: daily mostly, ops often, bulk never starved. */
const share = [lanes.daily, lanes.daily, lanes.ops, lanes.daily, lanes.daily, lanes.ops, lanes.daily, lanes.bulk]

/**
 * The order in which a worker tries the buckets of a target: each time the next lane of the share first, then the other
 * lanes from urgent to bulk; within a lane the shards in turn, 0 (new items) among them. A bucket that is not open is
 * simply not visited.
 */
export class BucketRotation {
  readonly #shards: number
  #lane = 0
  #shard = 0

  /** `shards`: number of shards of the target. */
  constructor(shards: number) {
    this.#shards = shards
  }

  /** (lane, shard) of all buckets but lane 0, in the order to try them now. */
  next(): { lane: number; shard: number }[] {
    const first = share[this.#lane++ % share.length] as number
    const order = [first, ...[lanes.daily, lanes.ops, lanes.bulk].filter((lane) => lane !== first)]
    return order.flatMap((lane) => this.#inTurn().map((shard) => ({ lane, shard })))
  }

  /** Tells that a bucket gave work: the next turn starts behind its shard. */
  served(shard: number): void {
    this.#shard = shard + 1
  }

  /** The buckets of lane 0. */
  alone(): { lane: number; shard: number }[] {
    return this.#inTurn().map((shard) => ({ lane: lanes.alone, shard }))
  }

  #inTurn(): number[] {
    const count = this.#shards + 1
    return Array.from({ length: count }, (_, index) => (this.#shard + index) % count)
  }
}
