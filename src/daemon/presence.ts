import type { Connection } from '../state/connection.ts'
import { heartbeat } from '../state/control/worker.ts'
import type { Counters } from './counters.ts'

/**
 * Keeps the worker row of this process alive, also while a long batch runs. A worker that was expired by others, because
 * it slept or could not reach the database for a lease, must stop: it may claim nothing more under this token.
 */
export class Presence {
  readonly token: string
  readonly #db: Connection
  readonly #counters: Counters
  readonly #timer: NodeJS.Timeout
  #controlSeen: string
  #expired = false
  #beating: Promise<void> | undefined

  constructor(db: Connection, token: string, controlSeen: string, leaseMs: number, counters: Counters) {
    this.#db = db
    this.#counters = counters
    this.token = token
    this.#controlSeen = controlSeen
    this.#timer = setInterval(() => {
      this.#beating ??= this.beat(this.#controlSeen)
        // the gate of the next batch meets the same fault and waits there
        .catch(() => undefined)
        .finally(() => {
          this.#beating = undefined
        })
    }, leaseMs / 3)
  }

  /** Of the last beat. */
  get controlSeen(): string {
    return this.#controlSeen
  }

  get expired(): boolean {
    return this.#expired
  }

  /** Tells the database that we live, obey slip_control as of `controlSeen`, and what we have done. */
  async beat(controlSeen: string): Promise<void> {
    this.#controlSeen = controlSeen
    if (!(await heartbeat(this.#db, this.token, controlSeen))) this.#expired = true
    await this.#counters.write()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#beating
  }
}
