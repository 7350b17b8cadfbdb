import type { EventBus } from '../events/bus.ts'
import type { Database } from '../state/connection.ts'
import { holdDuty, takeDuty } from '../state/control/duty.ts'
import { fillStep } from '../state/control/fill.ts'
import type { KnownTarget } from '../state/control/target.ts'
import { reapOrphans } from '../state/queue/reap.ts'

const pageSize = 10_000
const dutyMs = 10_000

/** Fills a new target: one daemon at a time, a page a step without rest, until it is live. */
export class Filler {
  readonly target: KnownTarget
  readonly #db: Database
  readonly #bus: EventBus
  readonly #worker: string
  #done: boolean

  constructor(db: Database, bus: EventBus, worker: string, target: KnownTarget) {
    this.#db = db
    this.#bus = bus
    this.#worker = worker
    this.target = target
    this.#done = target.state !== 'filling'
  }

  /** True while pages are left. */
  async step(): Promise<boolean> {
    const { name } = this.target
    const duty = `fill:${name}`
    if (this.#done || !(await takeDuty(this.#db, duty, this.#worker, dutyMs))) return false
    const step = await this.#db.transaction(async (tx) => {
      if (!(await holdDuty(tx, duty, this.#worker))) return null
      const step = await fillStep(tx, name, pageSize)
      if (step.page?.whole) await reapOrphans(tx, 100)
      return step
    })
    if (step === null) return false
    if (step.page !== null) {
      const { read, enqueued, whole } = step.page
      this.#bus.emit('enqueue.sweep', { target: name, read, enqueued, whole })
    }
    this.#done = step.state !== 'filling'
    if (step.becameLive) this.#bus.emit('target.live', { target: name })
    return step.page !== null
  }
}
