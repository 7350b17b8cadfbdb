import { performance } from 'node:perf_hooks'
import type { Config } from '../config/load.ts'
import type { LeaseKeeper } from '../daemon/lease.ts'
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
import { isDelayed, type Settlement, settleOutcomes } from './settle.ts'

export interface BatchContext {
  readonly config: Config
  readonly db: Database
  readonly bus: EventBus
  readonly repository: Repository
  readonly engine: Engine
  readonly leases: LeaseKeeper
  readonly worker: string
  readonly stop: AbortSignal
}

/**
 * Takes one claim from reading to settlement. Documents are assembled until a parcel is full, posted and settled, parcel
 * by parcel, so that memory is bounded by a parcel. When the process is to stop, what is not yet read is handed back;
 * when the lease is lost, nothing more is written.
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

  constructor(context: BatchContext, claim: Claim) {
    this.#context = context
    this.#claim = claim
  }

  /** Resolves with what was away when that alone kept every item from being done, else with null. */
  async run(): Promise<SlipError | null> {
    const { db, stop } = this.#context
    const { items } = this.#claim
    const lookups = await lookUp(
      db,
      items.map((item) => item.htid),
    ).catch((error: unknown) => asSlipError(error))
    for (const item of items) {
      if (stop.aborted) this.#failed.push({ kind: 'returned', htid: item.htid, fence: 0 })
      else await this.#read(item, lookups)
      if (this.#parcelBytes >= this.#context.config.indexer.batchBytes) await this.#send()
    }
    await this.#send()
    this.#report()
    return this.#away.length === items.length ? (this.#away[0] ?? null) : null
  }

  async #read(item: ClaimedItem, lookups: Lookups | Error): Promise<void> {
    const { config, repository } = this.#context
    try {
      if (lookups instanceof Error) throw lookups
      if (item.action === 'delete' || !isWanted(lookups.rights(item.htid))) {
        this.#parcel.removals.push({ item, removal: { id: item.htid, fence: this.#claim.fence, rev: item.rev } })
        return
      }
      const request = { htid: item.htid, rev: item.rev, fence: this.#claim.fence }
      const document = await makeDocument(config, repository, lookups, request)
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
    const outcomes = [...(await post(this.#context.engine, parcel)), ...failed]
    const settlement = await this.#settle(outcomes)
    for (const key of Object.keys(this.#totals) as (keyof Settlement)[]) this.#totals[key] += settlement[key]
    this.#tell(outcomes, parcel)
  }

  /**
   * Again and again while the lease holds, for what the engine took must reach the ledger; once more at most when the
   * process is to stop: the reaper takes back what is left.
   */
  async #settle(outcomes: readonly ItemOutcome[]): Promise<Settlement> {
    const { db, bus, config, worker, leases, stop } = this.#context
    const context = { worker, indexer: config.indexer, configDigest: config.digest }
    for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      try {
        return await db.transaction((tx) => settleOutcomes(tx, this.#claim, outcomes, context))
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
