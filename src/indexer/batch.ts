import { performance } from 'node:perf_hooks'
import type { Config } from '../config/load.ts'
import { type Breakers, shardName } from '../daemon/breakers.ts'
import type { LeaseKeeper } from '../daemon/lease.ts'
import type { StormBrake } from '../daemon/storm-brake.ts'
import { wait } from '../daemon/wait.ts'
import { asSlipError, type SlipError } from '../errors/slip-error.ts'
import type { EventBus } from '../events/bus.ts'
import type { Repository } from '../repository/repository.ts'
import type { Engine } from '../shards/engine.ts'
import type { Database } from '../state/connection.ts'
import type { Claim, ClaimedItem } from '../state/queue/claim.ts'
import { type Lookups, lookUp } from './lookups.ts'
import { isWanted, makeDocument } from './make-document.ts'
import type { ItemOutcome } from './outcome.ts'
import { type Parcel, post } from './post.ts'
import { isDelayed, type Settlement, settleClaim } from './settle.ts'
import { faultsOf, putOff, stormError, weigh } from './weigh.ts'

export interface BatchContext {
  readonly config: Config
  readonly db: Database
  readonly bus: EventBus
  readonly repository: Repository
  readonly engine: Engine
  readonly leases: LeaseKeeper
  readonly worker: string
  readonly stop: AbortSignal
  readonly breakers: Breakers
  readonly brake: StormBrake
  /** The target is suspended by the storm brake, and this batch tries it out. */
  readonly probesStorm: boolean
  /** Name of the repository's breaker. */
  readonly mount: string
}

/** What a batch showed. */
export interface BatchReport {
  /** What was away, when that alone kept every item from being done. */
  readonly away: SlipError | null
  /** Set when the storm brake stopped it. */
  readonly storm: SlipError | null
  /** Items that came to an end, and the codes of those that did by a fault of their own. */
  readonly ended: number
  readonly faults: readonly string[]
}

/**
 * Takes one claim from reading to settlement. Documents are assembled until a parcel is full, posted and settled, parcel
 * by parcel, so that memory is bounded by a parcel. When the process is to stop, or a breaker suspends what an item needs,
 * what is not yet read is handed back; when the lease is lost, nothing more is written.
 */
export class Batch {
  readonly #context: BatchContext
  readonly #claim: Claim
  readonly #startedAt = performance.now()
  readonly #totals = { indexed: 0, deleted: 0, errors: 0, delayed: 0, returned: 0, fencedOut: 0 }
  #pages = 0
  #bytes = 0
  #parcel: Parcel = { documents: [], removals: [] }
  #parcelBytes = 0
  #failed: ItemOutcome[] = []
  /** Errors of servers and mounts that were away, one an item. */
  readonly #away: SlipError[] = []
  #storm: SlipError | null = null
  #spared = 0
  #ended = 0
  readonly #faults: string[] = []

  constructor(context: BatchContext, claim: Claim) {
    this.#context = context
    this.#claim = claim
  }

  async run(): Promise<BatchReport> {
    const { db, stop } = this.#context
    const { items } = this.#claim
    const lookups = await lookUp(
      db,
      items.map((item) => item.htid),
    ).catch((error: unknown) => asSlipError(error))
    for (const item of items) {
      if (stop.aborted) this.#return(item)
      else if (this.#isSuspended(item)) this.#spare(item)
      else await this.#read(item, lookups)
      if (this.#parcelBytes >= this.#context.config.indexer.batchBytes) await this.#send()
    }
    await this.#send()
    this.#report()
    const away = this.#away.length + this.#spared === items.length ? (this.#away[0] ?? null) : null
    return { away, storm: this.#storm, ended: this.#ended, faults: this.#faults }
  }

  #isSuspended({ shard }: ClaimedItem): boolean {
    const { breakers } = this.#context
    const { target } = this.#claim
    return this.#storm !== null || breakers.isSuspended('shard', shardName(target, shard))
  }

  #return({ htid }: ClaimedItem): void {
    this.#failed.push({ kind: 'returned', htid, fence: 0 })
  }

  /** Handed back, for what it needs was suspended meanwhile. */
  #spare(item: ClaimedItem): void {
    this.#spared++
    this.#return(item)
  }

  async #read(item: ClaimedItem, lookups: Lookups | Error): Promise<void> {
    const { breakers, mount } = this.#context
    try {
      if (lookups instanceof Error) throw lookups
      if (item.action === 'delete' || !isWanted(lookups.rights(item.htid))) {
        this.#parcel.removals.push({ item, removal: { id: item.htid, fence: this.#claim.fence, rev: item.rev } })
        return
      }
      if (breakers.isSuspended('mount', mount)) {
        this.#spare(item)
        return
      }
      const document = await this.#assemble(item, lookups)
      this.#parcel.documents.push({ item, document })
      this.#parcelBytes += document.bytes
    } catch (error) {
      this.#failed.push({
        kind: 'failed',
        htid: item.htid,
        error: asSlipError(error),
        attempts: item.attempts,
        unproven: false,
      })
    }
  }

  /** An error of the item's files is an answer of their mount as well. */
  async #assemble({ htid, rev, waived }: ClaimedItem, lookups: Lookups) {
    const { config, repository, breakers, mount } = this.#context
    try {
      const document = await makeDocument(config, repository, lookups, { htid, rev, waived, fence: this.#claim.fence })
      breakers.succeeded('mount', mount)
      return document
    } catch (thrown) {
      const error = asSlipError(thrown)
      if (error.code === 'REPOSITORY_UNAVAILABLE') breakers.failed('mount', mount, error)
      else if (/^(METS|ZIP|PAGE|VOLUME)_/.test(error.code)) breakers.succeeded('mount', mount)
      throw error
    }
  }

  async #send(): Promise<void> {
    const parcel = this.#parcel
    const failed = this.#failed
    this.#parcel = { documents: [], removals: [] }
    this.#parcelBytes = 0
    this.#failed = []
    const size = parcel.documents.length + parcel.removals.length + failed.length
    if (size === 0) return
    if (this.#context.leases.isLost(this.#claim.token)) {
      this.#totals.fencedOut += size
      return
    }
    const posted = await post(this.#context.engine, parcel)
    this.#hearShards(posted)
    const outcomes = this.#weigh([...posted, ...failed])
    const settlement = await this.#settle(outcomes)
    for (const key of Object.keys(this.#totals) as (keyof Settlement)[]) this.#totals[key] += settlement[key]
    this.#tell(outcomes, parcel)
  }

  /** A shard that answered for one item is there; one that answered for none is away. */
  #hearShards(posted: readonly ItemOutcome[]): void {
    const { breakers } = this.#context
    const { target, items } = this.#claim
    const shards = new Map(items.map(({ htid, shard }) => [htid, shard]))
    for (const [shard, outcomes] of Map.groupBy(posted, ({ htid }) => shards.get(htid) ?? 0)) {
      if (shard === 0) continue
      const errors = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [outcome.error] : []))
      const silent = errors.filter(({ code }) => code === 'ENGINE_UNAVAILABLE')
      const [first] = silent
      if (first !== undefined && silent.length === outcomes.length)
        breakers.failed('shard', shardName(target, shard), first)
      else breakers.succeeded('shard', shardName(target, shard))
    }
  }

  /** What the storm brake lets through: with a storm, the target is suspended and what fails stays unburnt. */
  #weigh(outcomes: readonly ItemOutcome[]): ItemOutcome[] {
    const { brake, breakers, probesStorm } = this.#context
    const { ended, faults } = faultsOf(outcomes)
    this.#ended += ended
    this.#faults.push(...faults)
    if (probesStorm) return putOff(outcomes)
    const { weighed, storm } = weigh(brake, outcomes)
    if (storm !== null) {
      this.#storm = stormError(storm)
      breakers.suspend('target', this.#claim.target, this.#storm)
    }
    return weighed
  }

  /**
   * Again and again while the lease holds, for what the engine took must reach the ledger; once more at most when the
   * process is to stop: the reaper takes back what is left.
   */
  async #settle(outcomes: readonly ItemOutcome[]): Promise<Settlement> {
    const { db, bus, config, worker, leases, stop } = this.#context
    const context = { worker, indexer: config.indexer, configDigest: config.digest }
    for (let tries = 0, pauseMs = 250; ; tries++, pauseMs = Math.min(pauseMs * 2, 5_000)) {
      try {
        return await settleClaim(db, this.#claim, outcomes, context, tries > 0)
      } catch (thrown) {
        const error = asSlipError(thrown)
        if (error.class !== 'environment' || stop.aborted || leases.isLost(this.#claim.token)) throw error
        const { code, message, place } = error
        bus.emit('daemon.waiting', { code, message, place, seconds: pauseMs / 1000 })
        await wait(pauseMs, stop)
      }
    }
  }

  #tell(outcomes: readonly ItemOutcome[], parcel: Parcel): void {
    const { bus, config } = this.#context
    const { target, fence } = this.#claim
    for (const outcome of outcomes) {
      if (outcome.kind === 'failed') {
        const { code, message, place } = outcome.error
        if (outcome.error.class === 'environment') this.#away.push(outcome.error)
        const delayed = isDelayed(outcome, config.indexer.attempts)
        bus.emit('index.item-failed', { target, htid: outcome.htid, code, message, place, delayed })
      }
      if (outcome.kind === 'returned' && outcome.fence > 0) {
        const shard = this.#claim.items.find((item) => item.htid === outcome.htid)?.shard ?? 0
        bus.emit('index.stale-refused', { target, htid: outcome.htid, shard, ours: fence, theirs: outcome.fence })
      }
    }
    const done = new Set(outcomes.filter((outcome) => outcome.kind === 'indexed').map((outcome) => outcome.htid))
    for (const { document } of parcel.documents.filter(({ item }) => done.has(item.htid))) {
      this.#pages += document.counts.expected
      this.#bytes += document.bytes
    }
  }

  #report(): void {
    const { bus } = this.#context
    const { target, token, items, lane } = this.#claim
    const accounted = Object.values(this.#totals).reduce((sum, count) => sum + count, 0)
    if (accounted !== items.length) bus.emit('index.unbalanced', { target, token, claimed: items.length, accounted })
    const milliseconds = Math.round(performance.now() - this.#startedAt)
    const shard = items[0]?.shard ?? 0
    bus.emit('index.batch', {
      target,
      lane,
      shard,
      claimed: items.length,
      ...this.#totals,
      pages: this.#pages,
      bytes: this.#bytes,
      milliseconds,
    })
  }
}
