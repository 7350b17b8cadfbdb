import { setImmediate as turn } from 'node:timers/promises'
import type { Config } from '../config/load.ts'
import type { Breakers } from '../daemon/breakers.ts'
import { asSlipError } from '../errors/slip-error.ts'
import type { Repository } from '../repository/repository.ts'
import type { Connection } from '../state/connection.ts'
import type { ClaimedItem } from '../state/queue/claim.ts'
import type { AskedSources } from './asked-sources.ts'
import type { AssembledDocument } from './assemble/assemble.ts'
import type { ClaimRun } from './claim-run.ts'
import { type Lookups, lookUp } from './lookups.ts'
import { isWanted, makeDocument } from './make-document.ts'

export interface BatchContext {
  readonly config: Config
  readonly db: Connection
  readonly repository: Repository
  readonly breakers: Breakers
  readonly asked: AskedSources
  readonly stop: AbortSignal
  /** Name of the repository's breaker. */
  readonly mount: string
}

/** The process is to stop, and what waited for room is not read any more. */
class Stopped extends Error {}

/** No longer does a batch that waits for room keep the items of other targets. Milliseconds. */
const patienceMs = 1_000

/** An item in the hands of one of the claims. */
interface Held {
  readonly run: ClaimRun
  readonly item: ClaimedItem
}

/**
 * Reads and assembles the items of a claim, once for it and for the claims that other targets have of the same items
 * along with it. Each claim then posts and settles by itself. What is done for an item is done for all who have it. Only
 * the leader is waited for. If that takes long, the other claims hand back the items that were not read.
 * When the process is to stop, or a breaker suspends what an item needs, what is not yet read is handed back; when the
 * lease is lost, nothing more is written.
 */
export class Batch {
  readonly #context: BatchContext
  readonly #leader: ClaimRun
  readonly #along: readonly ClaimRun[]
  /** Who else has each item that is not yet read. */
  readonly #others: Map<string, Held[]>
  readonly #waits = Promise.withResolvers<void>()

  constructor(context: BatchContext, leader: ClaimRun, along: readonly ClaimRun[] = []) {
    this.#context = context
    this.#leader = leader
    this.#along = along
    const held = along.flatMap((run) => run.claim.items.map((item) => ({ run, item })))
    this.#others = Map.groupBy(held, ({ item }) => item.htid)
  }

  /**
   * `waits` resolves when it waits for room for the first time, `assembled` when the last parcel was handed on. The latter
   * throws what went wrong.
   */
  start(): { readonly waits: Promise<void>; readonly assembled: Promise<void> } {
    return { waits: this.#waits.promise, assembled: this.#assembleAll() }
  }

  async #assembleAll(): Promise<void> {
    const { items } = this.#leader.claim
    const { db, asked } = this.#context
    const htids = items.map((item) => item.htid)
    const made = items.filter(({ action }) => action === 'index').map((item) => item.htid)
    const lookups = await lookUp(db, htids, asked, made).catch((error: unknown) => asSlipError(error))
    for (const item of items) {
      if (this.#leader.isLost) {
        this.#leader.fenceOut()
        for (const { run, item: own } of this.#takeOthers(item)) run.giveBack(own)
      } else await this.#read(item, lookups)
      for (const run of [this.#leader, ...this.#along]) run.handOnAged()
      // reading holds the process: what is under way goes on in between
      await turn()
    }
    for (const run of [this.#leader, ...this.#along]) run.handOn()
  }

  /** The others who have an item that was read now, or will not be. */
  #takeOthers({ htid }: ClaimedItem): readonly Held[] {
    const others = this.#others.get(htid) ?? []
    this.#others.delete(htid)
    return others
  }

  /** The others go their own way. */
  #letGo(): void {
    for (const { run, item } of [...this.#others.values()].flat()) run.giveBack(item)
    this.#others.clear()
    for (const run of this.#along) run.handOn()
  }

  async #read(item: ClaimedItem, lookups: Lookups | Error): Promise<void> {
    const { breakers, mount, stop } = this.#context
    const each = (what: (run: ClaimRun, item: ClaimedItem) => void) => {
      what(this.#leader, item)
      for (const { run, item: own } of this.#takeOthers(item)) what(run, own)
    }
    if (stop.aborted) return each((run, item) => run.giveBack(item))
    if (this.#leader.isSuspended(item)) return each((run, item) => run.spare(item))
    try {
      if (lookups instanceof Error) throw lookups
      if (item.action === 'delete' || !isWanted(lookups.rights(item.htid))) {
        return each((run, item) => run.remove(item))
      }
      if (breakers.isSuspended('mount', mount)) return each((run, item) => run.spare(item))
      const document = await this.#assemble(item, lookups)
      for (const { run, item: own } of this.#takeOthers(item)) run.share(own, document)
      this.#leader.add(item, document)
    } catch (thrown) {
      if (thrown instanceof Stopped) return each((run, item) => run.giveBack(item))
      const error = asSlipError(thrown)
      each((run, item) => run.fail(item, error))
    }
  }

  /** An error of the item's files is an answer of their mount as well. */
  async #assemble(item: ClaimedItem, lookups: Lookups): Promise<AssembledDocument> {
    const { breakers, mount } = this.#context
    try {
      const document = await this.#withinBudget(item, lookups)
      breakers.succeeded('mount', mount)
      return document
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown
      const error = asSlipError(thrown)
      if (error.code === 'REPOSITORY_UNAVAILABLE') breakers.failed('mount', mount, error)
      else if (/^(METS|ZIP|PAGE|VOLUME)_/.test(error.code)) breakers.succeeded('mount', mount)
      throw error
    }
  }

  /** Assembles once there is room for the item; what was assembled before is sent off first when it must wait. */
  async #withinBudget({ htid, rev, waived }: ClaimedItem, lookups: Lookups): Promise<AssembledDocument> {
    const { config, repository } = this.#context
    const { budget, claim } = this.#leader
    let taken = 0
    const admit = async (bytes: number): Promise<void> => {
      await this.#untilThereIsRoom(bytes)
      taken = bytes
    }
    try {
      const request = { htid, rev, waived, fence: claim.fence }
      const document = await makeDocument(config, repository, lookups, request, admit)
      budget.correct(taken, document.bytes)
      return document
    } catch (error) {
      budget.release(taken)
      throw error
    }
  }

  async #untilThereIsRoom(bytes: number): Promise<void> {
    const { budget } = this.#leader
    if (budget.tryTake(bytes)) return
    for (const run of [this.#leader, ...this.#along]) run.handOn()
    this.#waits.resolve()
    const patience = setTimeout(() => this.#letGo(), patienceMs)
    const hasRoom = await budget.take(bytes, this.#context.stop)
    clearTimeout(patience)
    if (!hasRoom) throw new Stopped()
  }
}
