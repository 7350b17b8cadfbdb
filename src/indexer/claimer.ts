import { performance } from 'node:perf_hooks'
import { hostName } from '../daemon/identity.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import { draw } from '../shards/draw.ts'
import type { Database } from '../state/connection.ts'
import { listShards, type Shard, type Target } from '../state/control/target.ts'
import type { Bucket, Claim, ClaimRequest } from '../state/queue/claim.ts'
import { claimOnce } from '../state/queue/claim-once.ts'
import { findDeletes } from '../state/queue/find-deletes.ts'
import { lanes } from '../state/queue/lanes.ts'
import { AloneTurn, BucketRotation, type LaneShares } from './buckets.ts'

/** How often a bucket is read from its beginning; between, a claim starts where the last one ended. */
const fullReadMs = 3_000
/** How many windows of a bucket are looked through for deletes in one go. */
const windowsAtOnce = 10

/** What may be worked on now, beside what is paused. */
export interface Openness {
  /** Whether a breaker suspends a shard. */
  readonly suspended: (shard: number) => boolean
  /** Shards of which it is not known whether the database is older than they are. */
  readonly uncompared: ReadonlySet<number>
  /** The repository cannot be read: deletes only, which need none. */
  readonly deletesOnly: boolean
  /** One shard, to try it out. */
  readonly only?: number
}

interface Round extends Openness {
  readonly pauses: Pauses
  readonly shards: readonly Shard[]
}

/** Claims the next batch of one target. */
export class Claimer {
  readonly target: Target
  readonly #db: Database
  readonly #worker: string
  readonly #batch: number
  readonly #rotation: BucketRotation
  readonly #alone = new AloneTurn()
  readonly #bounds = new Map<string, number>()
  #boundsSince = performance.now()
  /** Where the search for deletes goes on, bucket by bucket. */
  readonly #searched = new Map<string, number>()
  /** Rows seen in this round and not claimed: still ready, perhaps in a bucket already looked into. */
  #passed = 0

  constructor(db: Database, worker: string, target: Target, options: { batch: number; shares: LaneShares }) {
    this.target = target
    this.#db = db
    this.#worker = worker
    this.#batch = options.batch
    this.#rotation = new BucketRotation(target.shards, options.shares)
  }

  /** A batch, or null when nothing is ready in any open bucket. Suspects (lane 0) come when idle, and every 30 s. */
  async next(pauses: Pauses, openness: Openness = everything): Promise<Claim | null> {
    if (pauses.target(this.target.name)) return null
    const round = { ...openness, pauses, shards: await listShards(this.#db, this.target.name) }
    for (;;) {
      this.#passed = 0
      const claimed = await this.#look(round)
      if (claimed !== null || this.#passed === 0) return claimed
    }
  }

  /** Looks once into every bucket. */
  async #look(round: Round): Promise<Claim | null> {
    const suspects = () => this.#first(this.#rotation.ofLane(lanes.alone), round)
    if (this.#alone.isOn(performance.now())) {
      const suspect = await suspects()
      if (suspect !== null) return suspect
      this.#alone.end(performance.now())
    }
    return (await this.#first(this.#rotation.next(), round)) ?? suspects()
  }

  async #first(buckets: { lane: number; shard: number }[], round: Round): Promise<Claim | null> {
    for (const { lane, shard } of buckets) {
      if (!this.#isVisited(lane, shard, round)) continue
      const claimed = await this.#claim({ target: this.target.name, lane, shard }, round)
      if (claimed === null) continue
      this.#rotation.served(lane, shard)
      return claimed
    }
    return null
  }

  /**
   * Full and closed shards, and those behind, get no new items; updates and deletes of what they hold go on. One that is
   * ahead of the database, or may be, is left alone: what it holds must first be adopted.
   */
  #isVisited(lane: number, shard: number, { pauses, shards, suspended, uncompared, only }: Round): boolean {
    if (pauses.lane(lane) || (only !== undefined && shard !== only)) return false
    if (shard === 0) return true
    const state = shards.find((row) => row.shard === shard)?.state
    return state !== 'ahead' && !uncompared.has(shard) && !pauses.shard(this.target.name, shard) && !suspended(shard)
  }

  async #claim(bucket: Bucket, round: Round): Promise<Claim | null> {
    const drawn = this.#draw(round)
    if (round.deletesOnly || (bucket.shard === 0 && drawn === null)) return this.#claimDeletes(bucket)
    if (performance.now() - this.#boundsSince > fullReadMs) {
      this.#bounds.clear()
      this.#boundsSince = performance.now()
    }
    const key = `${bucket.lane}/${bucket.shard}`
    for (;;) {
      const fromSeq = this.#bounds.get(key) ?? 0
      const claimed = await claimOnce(this.#db, this.#request(bucket, { draw: drawn ?? 0, fromSeq }))
      this.#bounds.set(key, claimed.lastSeq)
      if (claimed.items.length > 0) return claimed
      this.#passed += claimed.passed
      if (claimed.passed > 0) continue
      this.#bounds.delete(key)
      if (fromSeq === 0) return null
    }
  }

  /** Deletes among rows that cannot be worked on, which are never touched: a dead mount's million costs but the look. */
  async #claimDeletes(bucket: Bucket): Promise<Claim | null> {
    const key = `${bucket.lane}/${bucket.shard}`
    for (let windows = 0; windows < windowsAtOnce; windows++) {
      const { htids, next } = await findDeletes(this.#db, bucket, this.#searched.get(key) ?? 0)
      for (let from = 0; from < htids.length; from += this.#batch) {
        const deletes = htids.slice(from, from + this.#batch)
        const claimed = await claimOnce(this.#db, this.#request(bucket, { draw: 0, fromSeq: 0, deletes }))
        if (claimed.items.length > 0) return claimed
        this.#passed += claimed.passed
      }
      this.#searched.set(key, next)
      if (next === 0) break
    }
    return null
  }

  #request(bucket: Bucket, part: Pick<ClaimRequest, 'draw' | 'fromSeq' | 'deletes'>): ClaimRequest {
    return { bucket, worker: this.#worker, pid: process.pid, host: hostName, batch: this.#batch, ...part }
  }

  /** A shard for new items: open, not paused, not suspended; none while any is ahead, or may be. */
  #draw({ shards, pauses, suspended, uncompared }: Round): number | null {
    // what a shard holds that is ahead of the database, may be any of the items that look new
    if (uncompared.size > 0 || shards.some(({ state }) => state === 'ahead')) return null
    const candidates = shards.map(({ shard, weight, state }) => ({
      shard,
      weight,
      open: state === 'open' && !pauses.shard(this.target.name, shard) && !suspended(shard),
    }))
    return draw(candidates, Math.random)
  }
}

const everything: Openness = { suspended: () => false, uncompared: new Set(), deletesOnly: false }
