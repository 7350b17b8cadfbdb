import type { EventBus } from '../events/bus.ts'
import type { Database } from '../state/connection.ts'
import type { Target } from '../state/control/target.ts'
import { followPage, type Pass, startNextPass, startPass } from '../state/queue/follow.ts'

const pageSize = 2_000

/**
 * Reads the changes of one target pass by pass. Most passes are quick: they start 10 s before the one before them. The
 * whole overlap, for writers that committed late, is read again every fifth of it.
 */
export class Follower {
  readonly target: Target
  readonly #db: Database
  readonly #bus: EventBus
  #pass: Pass | null = null
  #finished: Pass | null = null

  constructor(db: Database, bus: EventBus, target: Target) {
    this.#db = db
    this.#bus = bus
    this.target = target
  }

  /** One page; true while the pass goes on. */
  async step(): Promise<boolean> {
    const pass = this.#pass ?? (await this.#start())
    const page = await this.#db.transaction((tx) => followPage(tx, pass, pageSize))
    const { read, enqueued, watermark, next, setBack } = page
    if (enqueued > 0) this.#bus.emit('enqueue.block', { target: this.target.name, read, enqueued, watermark })
    this.#pass = next
    if (setBack) this.#finished = null
    else if (next === null) this.#finished = { ...pass, known: watermark }
    return next !== null || setBack
  }

  #start(): Promise<Pass> {
    const { name, overlap } = this.target
    return this.#finished === null ? startPass(this.#db, name, overlap) : startNextPass(this.#db, this.#finished)
  }
}
