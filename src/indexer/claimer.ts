import { performance } from 'node:perf_hooks'
import { hostName } from '../daemon/identity.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import { type DrawableShard, draw } from '../shards/draw.ts'
import type { Database } from '../state/connection.ts'
import { listShards, type Shard, type Target } from '../state/control/target.ts'
import type { Bucket, Claim, ClaimRequest } from '../state/queue/claim.ts'
import { claimAlongOnce, claimOnce } from '../state/queue/claim-once.ts'
import { findDeletes } from '../state/queue/find-deletes.ts'
import { lanes } from '../state/queue/lanes.ts'
import { suspectShards } from '../state/queue/suspect-shards.ts'
import { AloneTurn, BucketRotation, type LaneShares } from './buckets.ts'
import type { Drawn, Lead, Openness, UnderWay } from './openness.ts'
import { allWork, type OwnWork } from './own-work.ts'
import { ReadBounds } from './read-bounds.ts'

/** Items that try out a shard: they are to be assembled without waiting for room, and its server may hang on them. */
const triedOut = 10

/** How many windows of a bucket are looked through for deletes in one go. */
const windowsAtOnce = 10

interface Round extends Openness {
  readonly pauses: Pauses
  readonly shards: readonly Shard[]
}

interface Look extends Round {
  /** Each bucket is read from the beginning, however long that takes. */
  readonly thorough: boolean
}

/** Claims the next batch of one target. */
export class Claimer {
  readonly target: Target
  readonly #db: Database
  readonly #worker: string
  readonly #batch: number
  readonly #own: OwnWork
  readonly #rotation: BucketRotation
  readonly #underWay: UnderWay
  readonly #now: () => number
  readonly #alone = new AloneTurn()
  readonly #bounds: ReadBounds
  /** Where the search for deletes goes on, bucket by bucket. */
  readonly #searched = new Map<string, number>()
  /** The shard drawn for the next new items; 0 = none. Kept while it is busy, or those that are not would get more. */
  #drawn = 0
  /** Of the last claim. */
  #used: Drawn | null = null
  #askedAt = 0
  /** Whether suspects wait for what is under way of the target to end. */
  #waitsForEnd = false
  /** Whether the last look passed over lane 0. */
  #leftSuspects = false
  /** Whether the last look passed over something that had more to do than it could. */
  #leftBusy = false
  /** Rows seen in this round and not claimed: still ready, perhaps in a bucket already looked into. */
  #passed = 0

  constructor(
    db: Database,
    worker: string,
    target: Target,
    options: { batch: number; shares: LaneShares; own?: OwnWork; bounds?: ReadBounds; now?: () => number },
    underWay: UnderWay = nothing,
  ) {
    this.target = target
    this.#db = db
    this.#worker = worker
    this.#batch = options.batch
    this.#own = options.own ?? allWork
    this.#bounds = options.bounds ?? new ReadBounds()
    this.#underWay = underWay
    this.#now = options.now ?? (() => performance.now())
    this.#rotation = new BucketRotation(target.shards, options.shares)
  }

  /** A batch, or null when nothing is ready in any open bucket. Suspects (lane 0) come when idle, and every 30 s. */
  async next(pauses: Pauses, openness: Openness = everything): Promise<Claim | null> {
    this.#used = null
    this.#leftSuspects = false
    this.#leftBusy = false
    if (pauses.target(this.target.name)) return null
    const shards = await listShards(this.#db, this.target.name)
    let thorough = false
    this.#bounds.takeSpared()
    for (;;) {
      this.#passed = 0
      const claimed = await this.#look({ ...openness, pauses, shards, thorough })
      if (claimed !== null) return claimed
      // what is spared is for what is busy elsewhere
      thorough = this.#bounds.takeSpared()
      if (this.#passed === 0 && !thorough) return null
    }
  }

  /**
   * Whether `next` left out suspects, if there are any, as something was under way: where it found nothing else, there may be
   * something when that has ended.
   */
  get leftSuspects(): boolean {
    return this.#leftSuspects
  }

  /** Whether `next` passed over what was busy: it may not be any more. */
  get leftBusy(): boolean {
    return this.#leftBusy
  }

  /** performance.now() before the last claim was sent: what `next` waited for before that takes nothing from the lease. */
  get askedAt(): number {
    return this.#askedAt
  }

  /** What was drawn for the new items of the last claim; null where it had none. */
  get drawn(): Drawn | null {
    return this.#used
  }

  /**
   * What is ready of these items, along with another target's claim of them: claims of a lane and a shard each, of what
   * `next` would visit. New items go where theirs went, if both targets drew from the same shards with the same weights,
   * so that they stay together; it is a draw as good as an own one.
   */
  async along(pauses: Pauses, openness: Openness, { htids, drawn }: Lead): Promise<Claim[]> {
    if (pauses.target(this.target.name) || this.#waitsForEnd) return []
    const round = { ...openness, pauses, shards: await listShards(this.#db, this.target.name) }
    const shards = round.shards.map(({ shard }) => shard)
    const open = [lanes.daily, lanes.ops, lanes.bulk].flatMap((lane) =>
      shards.filter((shard) => this.#isVisited(lane, shard, round)).map((shard) => ({ lane, shard })),
    )
    if (open.length === 0) return []
    const from = this.#candidates(round)
    const isSame = drawn !== null && this.#drawn === 0 && JSON.stringify(from) === JSON.stringify(drawn.from)
    this.#drawn = isSame ? drawn.shard : this.#drawFrom(from)
    const isBusy = round.busy(this.#drawn)
    const request = { target: this.target.name, htids, worker: this.#worker, pid: process.pid, host: hostName, open }
    this.#askedAt = performance.now()
    const claims = await claimAlongOnce(this.#db, { ...request, draw: isBusy ? 0 : this.#drawn })
    if (!isBusy) this.#drawn = 0
    return claims
  }

  /** Looks once into every bucket. In the turn of suspects into no other, until what is under way of the target has ended. */
  async #look(round: Look): Promise<Claim | null> {
    this.#waitsForEnd = false
    if (round.only !== undefined) return this.#tryOut(round)
    if (this.#alone.isOn(this.#now())) {
      const buckets = await this.#suspects(round)
      this.#waitsForEnd = buckets.length > 0 && !this.#underWay.isDry(this.target.name)
      this.#leftSuspects = this.#waitsForEnd
      if (this.#waitsForEnd) return null
      // beside others it would take them with it: it is left for the next turn
      const isAlone = buckets.length > 0 && (await this.#underWay.runDrySoon())
      const suspect = isAlone ? await this.#first(buckets, round) : null
      if (suspect !== null) return suspect
      this.#alone.end(this.#now())
    }
    const claimed = await this.#first(this.#rotation.next(), round)
    this.#leftSuspects = !this.#underWay.isDry()
    if (claimed !== null || this.#leftSuspects) return claimed
    return this.#first(await this.#suspects(round), round)
  }

  /** Of one shard, beside the work for others. Its suspects, which are claimed alone, only where it has nothing else. */
  async #tryOut(round: Look): Promise<Claim | null> {
    const claimed = await this.#first(this.#rotation.next(), round)
    if (claimed !== null) return claimed
    const suspects = await this.#suspects(round)
    if (suspects.length === 0) return null
    this.#leftSuspects = !(await this.#underWay.runDrySoon())
    return this.#leftSuspects ? null : this.#first(suspects, round)
  }

  /** The buckets of lane 0 with something in them that may be worked on. */
  async #suspects(round: Round): Promise<Bucketed[]> {
    const shards = await suspectShards(this.#db, this.target.name)
    return this.#rotation
      .ofLane(lanes.alone)
      .filter(({ lane, shard }) => shards.has(shard) && this.#isVisited(lane, shard, round))
  }

  async #first(buckets: readonly Bucketed[], round: Look): Promise<Claim | null> {
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
  #isVisited(lane: number, shard: number, { pauses, shards, suspended, busy, uncompared, only }: Round): boolean {
    if (!this.#own.hasLane(lane) || !this.#own.hasShard(shard)) return false
    if (pauses.lane(lane) || (only !== undefined && shard !== only)) return false
    if (shard === 0) return true
    const state = shards.find((row) => row.shard === shard)?.state
    if (state === 'ahead' || uncompared.has(shard) || pauses.shard(this.target.name, shard) || suspended(shard))
      return false
    return !this.#isBusy(busy, shard)
  }

  #isBusy(busy: Openness['busy'], shard: number): boolean {
    if (!busy(shard)) return false
    this.#leftBusy = true
    return true
  }

  async #claim(bucket: Bucket, round: Look): Promise<Claim | null> {
    const from = bucket.shard === 0 ? this.#candidates(round) : []
    if (bucket.shard === 0) this.#drawn = this.#drawFrom(from)
    if (round.deletesOnly || (bucket.shard === 0 && this.#drawn === 0)) return this.#claimDeletes(bucket, round)
    if (bucket.shard === 0 && this.#isBusy(round.busy, this.#drawn)) return null
    for (;;) {
      const claimed = await this.#bounds.claim(
        `${bucket.lane}/${bucket.shard}`,
        (fromSeq) => this.#claimOnce(this.#request(bucket, round, { draw: this.#drawn, fromSeq })),
        round.thorough,
      )
      if (claimed.items.length > 0) {
        this.#used = bucket.shard === 0 ? { shard: this.#drawn, from } : null
        if (bucket.shard === 0) this.#drawn = 0
        return claimed
      }
      this.#passed += claimed.passed
      if (claimed.passed === 0) return null
    }
  }

  /** Deletes among rows that cannot be worked on, which are never touched: a dead mount's million costs but the look. */
  async #claimDeletes(bucket: Bucket, round: Look): Promise<Claim | null> {
    const key = `${bucket.lane}/${bucket.shard}`
    for (let windows = 0; windows < windowsAtOnce; windows++) {
      const { htids, next } = await findDeletes(this.#db, bucket, this.#searched.get(key) ?? 0)
      for (let from = 0; from < htids.length; from += this.#batch) {
        const deletes = htids.slice(from, from + this.#batch)
        const claimed = await this.#claimOnce(this.#request(bucket, round, { draw: 0, fromSeq: 0, deletes }))
        if (claimed.items.length > 0) return claimed
        this.#passed += claimed.passed
      }
      this.#searched.set(key, next)
      if (next === 0) break
    }
    return null
  }

  #claimOnce(request: ClaimRequest) {
    this.#askedAt = performance.now()
    return claimOnce(this.#db, request)
  }

  #request(bucket: Bucket, { only }: Look, part: Pick<ClaimRequest, 'draw' | 'fromSeq' | 'deletes'>): ClaimRequest {
    const batch = only === undefined ? this.#batch : Math.min(this.#batch, triedOut)
    return { bucket, worker: this.#worker, pid: process.pid, host: hostName, batch, ...part }
  }

  /** Shards for new items: those that are open, our own, not paused, not suspended; none while any is ahead, or may be. */
  #candidates({ shards, pauses, suspended, uncompared }: Round): DrawableShard[] {
    // what a shard holds that is ahead of the database, may be any of the items that look new
    if (uncompared.size > 0 || shards.some(({ state }) => state === 'ahead')) return []
    return shards.map(({ shard, weight, state }) => ({
      shard,
      weight,
      open:
        state === 'open' && this.#own.hasShard(shard) && !pauses.shard(this.target.name, shard) && !suspended(shard),
    }))
  }

  /** The one that was drawn and not used, as long as it is among them; 0 = there is none. */
  #drawFrom(candidates: readonly DrawableShard[]): number {
    const kept = candidates.find(({ shard }) => shard === this.#drawn)
    if (kept?.open && kept.weight > 0) return kept.shard
    return draw(candidates, Math.random) ?? 0
  }
}

type Bucketed = Pick<Bucket, 'lane' | 'shard'>

const nothing: UnderWay = { isDry: () => true, runDrySoon: async () => true }
const everything: Openness = { suspended: () => false, busy: () => false, uncompared: new Set(), deletesOnly: false }
