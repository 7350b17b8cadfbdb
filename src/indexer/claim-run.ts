import { performance } from 'node:perf_hooks'
import type { SlipError } from '../errors/slip-error.ts'
import type { Claim, ClaimedItem } from '../state/queue/claim.ts'
import { type AssembledDocument, stamped } from './assemble/assemble.ts'
import type { ByteBudget } from './byte-budget.ts'
import { type Delivered, type DeliveryContext, deliver, isSuspended } from './delivery.ts'
import type { ItemOutcome } from './outcome.ts'
import { type Parcel, shardOf } from './post.ts'
import type { PutOffItem, PutOffReport } from './put-off.ts'
import type { Settlement } from './settle.ts'

/** What lies longer than that, and could be sent, does not wait until its parcel is full. Milliseconds. */
const agedMs = 1_000

/** What a claim showed. */
export interface BatchReport extends PutOffReport {
  /** What was away, when that alone kept every item from being done. */
  readonly away: SlipError | null
  /** Items that came to an end, and the codes of those that did by a fault of their own. */
  readonly ended: number
  readonly faults: readonly string[]
  /** Whether the storm brake stopped it. */
  readonly storm: boolean
}

/**
 * What becomes of the items of one claim: they are gathered until a parcel is full, or old and its server has nothing else
 * to do; it is posted and settled while the next is gathered, and counted.
 */
export class ClaimRun {
  readonly claim: Claim
  readonly #context: DeliveryContext
  readonly #startedAt = performance.now()
  readonly #totals = { indexed: 0, deleted: 0, errors: 0, delayed: 0, returned: 0, fencedOut: 0 }
  #pages = 0
  #bytes = 0
  #parcel: Parcel = { documents: [], removals: [] }
  #parcelBytes = 0
  /** When the first document of the parcel was added. */
  #gatheredAt = Number.POSITIVE_INFINITY
  #failed: ItemOutcome[] = []
  readonly #deliveries: Promise<void>[] = []
  /** Items whose servers or mounts were away. */
  readonly #putOff: PutOffItem[] = []
  readonly #over: string[] = []
  #storm = false
  #spared = 0
  #ended = 0
  readonly #faults: string[] = []

  constructor(context: DeliveryContext, claim: Claim) {
    this.#context = context
    this.claim = claim
  }

  /** Room in memory for what is added. */
  get budget(): ByteBudget {
    return this.#context.budget
  }

  get isLost(): boolean {
    return this.#context.leases.isLost(this.claim.token)
  }

  isSuspended({ shard }: ClaimedItem): boolean {
    return isSuspended(this.#context, this.claim.target, shard)
  }

  /** A document for which there is room, taken from the budget: it is given back when the document was posted. */
  add(item: ClaimedItem, document: AssembledDocument): void {
    const { cut } = document.counts
    const { target } = this.claim
    if (cut.length > 0) this.#context.bus.emit('index.values-cut', { target, htid: item.htid, fields: cut })
    this.#parcel.documents.push({ item, document })
    this.#gatheredAt = Math.min(this.#gatheredAt, performance.now())
    this.#parcelBytes += document.bytes
    if (this.#parcelBytes >= this.#context.sizes.of(item.shard)) this.handOn()
  }

  /** The document of another target's claim, where it can be sent soon: else the item is handed back, and waits for no one. */
  share(item: ClaimedItem, document: AssembledDocument): void {
    const { engine, connections } = this.#context
    const own = stamped(document, { rev: item.rev, fence: this.claim.fence })
    if (!connections.isResting(engine.nodeOf(item.shard)) && this.budget.tryTake(own.bytes)) this.add(item, own)
    else {
      this.giveBack(item)
      if (this.#parcel.documents.length > 0) this.handOn()
    }
  }

  remove(item: ClaimedItem): void {
    this.#parcel.removals.push({ item, removal: { id: item.htid, fence: this.claim.fence, rev: item.rev } })
  }

  fail({ htid, attempts }: ClaimedItem, error: SlipError): void {
    this.#failed.push({ kind: 'failed', htid, error, attempts, unproven: false })
  }

  giveBack({ htid }: ClaimedItem): void {
    this.#failed.push({ kind: 'returned', htid, fence: 0 })
  }

  /** Handed back, for what it needs was suspended meanwhile. */
  spare(item: ClaimedItem): void {
    this.#spared++
    this.giveBack(item)
  }

  /** No longer ours: nothing is written for it. */
  fenceOut(): void {
    this.#totals.fencedOut++
  }

  /** Sends off what was gathered long ago, unless it would wait for a connection all the same. */
  handOnAged(): void {
    if (performance.now() - this.#gatheredAt < agedMs) return
    const { engine, connections } = this.#context
    if (connections.isFree(engine.nodeOf(shardOf(this.#parcel)))) this.handOn()
  }

  /** Sends off what is gathered, and what failed with it. What is handed back need not wait for the engine. */
  handOn(): void {
    const parcel = this.#parcel
    const failed = this.#failed
    this.#parcel = { documents: [], removals: [] }
    this.#parcelBytes = 0
    this.#gatheredAt = Number.POSITIVE_INFINITY
    this.#failed = []
    this.#deliver(
      parcel,
      failed.filter(({ kind }) => kind !== 'returned'),
    )
    this.#deliver(
      { documents: [], removals: [] },
      failed.filter(({ kind }) => kind === 'returned'),
    )
  }

  /** Resolves when all of it is settled, after `assembled`. Throws what went wrong. */
  async end(assembled: Promise<void>): Promise<BatchReport> {
    await Promise.allSettled([assembled])
    await Promise.allSettled(this.#deliveries)
    await Promise.all([assembled, ...this.#deliveries])
    this.#report()
    const { length } = this.claim.items
    const away = this.#putOff.length + this.#spared === length ? (this.#putOff[0]?.error ?? null) : null
    const items = { putOff: this.#putOff, over: this.#over }
    return { away, storm: this.#storm, ended: this.#ended, faults: this.#faults, ...items }
  }

  #deliver(parcel: Parcel, failed: readonly ItemOutcome[]): void {
    if (parcel.documents.length + parcel.removals.length + failed.length === 0) return
    const delivery = deliver(this.#context, this.claim, parcel, failed).then((delivered) => this.#count(delivered))
    // heard at the end
    delivery.catch(() => undefined)
    this.#deliveries.push(delivery)
  }

  #count({ settlement, outcomes, spared, ended, faults, storm }: Delivered): void {
    for (const key of Object.keys(this.#totals) as Exclude<keyof Settlement, 'refused'>[])
      this.#totals[key] += settlement[key]
    for (const outcome of outcomes) {
      if (outcome.kind === 'failed' && outcome.error.class === 'environment') this.#putOff.push(outcome)
      else if (outcome.kind !== 'returned') this.#over.push(outcome.htid)
      if (outcome.kind !== 'indexed') continue
      this.#pages += outcome.settled.pages ?? 0
      this.#bytes += outcome.settled.bytes ?? 0
    }
    this.#spared += spared
    this.#ended += ended
    this.#faults.push(...faults)
    this.#storm ||= storm !== null
  }

  #report(): void {
    const { bus } = this.#context
    const { target, token, items, lane } = this.claim
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
