import { performance } from 'node:perf_hooks'
import { hostName } from '../daemon/identity.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import { draw } from '../shards/draw.ts'
import type { Database } from '../state/connection.ts'
import { listShards, type Shard, type Target } from '../state/control/target.ts'
import type { Claim } from '../state/queue/claim.ts'
import { claimOnce } from '../state/queue/claim-once.ts'
import { BucketRotation } from './buckets.ts'

/** How often a bucket is read from its beginning; between, a claim starts where the last one ended. */
const fullReadMs = 3_000
const aloneEveryMs = 30_000

/** Claims the next batch of one target. */
export class Claimer {
  readonly target: Target
  readonly #db: Database
  readonly #worker: string
  readonly #batch: number
  readonly #rotation: BucketRotation
  readonly #bounds = new Map<string, number>()
  #boundsSince = performance.now()
  #aloneAt = 0
  /** Rows put into their true bucket in this round, perhaps one already looked into. */
  #corrected = 0

  constructor(db: Database, worker: string, target: Target, batch: number) {
    this.target = target
    this.#db = db
    this.#worker = worker
    this.#batch = batch
    this.#rotation = new BucketRotation(target.shards)
  }

  /** A batch, or null when nothing is ready in any open bucket. Suspects (lane 0) come when idle, and every 30 s. */
  async next(pauses: Pauses): Promise<Claim | null> {
    if (pauses.target(this.target.name)) return null
    const shards = await listShards(this.#db, this.target.name)
    for (;;) {
      this.#corrected = 0
      const claimed = await this.#round(shards, pauses)
      if (claimed !== null || this.#corrected === 0) return claimed
    }
  }

  /** Looks once into every bucket. */
  async #round(shards: readonly Shard[], pauses: Pauses): Promise<Claim | null> {
    if (performance.now() >= this.#aloneAt) {
      const suspect = await this.#first(this.#rotation.alone(), shards, pauses)
      if (suspect !== null) return suspect
      this.#aloneAt = performance.now() + aloneEveryMs
    }
    const found = await this.#first(this.#rotation.next(), shards, pauses)
    return found ?? this.#first(this.#rotation.alone(), shards, pauses)
  }

  async #first(
    buckets: { lane: number; shard: number }[],
    shards: readonly Shard[],
    pauses: Pauses,
  ): Promise<Claim | null> {
    for (const { lane, shard } of buckets) {
      if (pauses.lane(lane) || (shard > 0 && pauses.shard(this.target.name, shard))) continue
      const claimed = await this.#claim(lane, shard, drawOpen(shards, pauses, this.target.name))
      if (claimed === null) continue
      this.#rotation.served(shard)
      return claimed
    }
    return null
  }

  async #claim(lane: number, shard: number, drawn: number | null): Promise<Claim | null> {
    if (shard === 0 && drawn === null) return null
    if (performance.now() - this.#boundsSince > fullReadMs) {
      this.#bounds.clear()
      this.#boundsSince = performance.now()
    }
    const key = `${lane}/${shard}`
    const bucket = { target: this.target.name, lane, shard }
    for (;;) {
      const fromSeq = this.#bounds.get(key) ?? 0
      const request = {
        bucket,
        worker: this.#worker,
        pid: process.pid,
        host: hostName,
        batch: this.#batch,
        draw: drawn ?? 0,
        fromSeq,
      }
      const claimed = await claimOnce(this.#db, request)
      this.#bounds.set(key, claimed.lastSeq)
      if (claimed.items.length > 0) return claimed
      this.#corrected += claimed.corrected
      if (claimed.corrected > 0) continue
      this.#bounds.delete(key)
      if (fromSeq === 0) return null
    }
  }
}

/** A shard for new items: open, and not paused. */
function drawOpen(shards: readonly Shard[], pauses: Pauses, target: string): number | null {
  const candidates = shards.map(({ shard, weight, state }) => ({
    shard,
    weight,
    open: state === 'open' && !pauses.shard(target, shard),
  }))
  return draw(candidates, Math.random)
}
