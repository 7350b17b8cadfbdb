import type { EventBus } from '../events/bus.ts'
import { sweepFrom } from '../state/audit/sweep.ts'
import type { Database } from '../state/connection.ts'
import { becomeLive } from '../state/control/fill.ts'
import type { Target } from '../state/control/target.ts'
import { reapOrphans } from '../state/queue/reap.ts'

const pageSize = 10_000

/**
 * One sweep of all rights of a target from the first id to the last, a page a step and a transaction. Its cursor is its
 * own: the one in slip_watermark is moved by the sweep chores of other daemons too, and what they skip would be missed.
 */
export class WholeSweep {
  readonly target: Target
  readonly #db: Database
  readonly #bus: EventBus
  #after = ''
  #found = 0

  constructor(db: Database, bus: EventBus, target: Target) {
    this.target = target
    this.#db = db
    this.#bus = bus
  }

  /**
   * True while pages are left. With the last, claimed rows without a claim are released, and a target that was being
   * filled is live when nothing was found and its lane bulk is empty.
   */
  async step(): Promise<boolean> {
    const { name } = this.target
    const { read, enqueued, whole, last, live } = await this.#db.transaction(async (tx) => {
      const page = await sweepFrom(tx, name, this.#after, pageSize)
      if (page.whole) await reapOrphans(tx, 100)
      const isFull = page.whole && this.#found + page.enqueued === 0
      return { ...page, live: isFull && (await becomeLive(tx, name)) }
    })
    this.#after = last
    this.#found += enqueued
    this.#bus.emit('enqueue.sweep', { target: name, read, enqueued, whole })
    if (live) this.#bus.emit('target.live', { target: name })
    return !whole
  }
}
