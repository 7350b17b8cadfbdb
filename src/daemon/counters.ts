import type { EventBus } from '../events/bus.ts'
import type { Events } from '../events/events.ts'
import type { Connection } from '../state/connection.ts'
import { type CounterName, type WorkerCounter, writeCounters } from '../state/control/worker-counter.ts'

/** Adds up what the batches of this process report, and writes the sums beside its heartbeat. */
export class Counters {
  readonly #db: Connection
  readonly #worker: string
  readonly #sums = new Map<string, Map<CounterName, number>>()
  readonly #unsubscribe: () => void
  #written = true

  constructor(db: Connection, bus: EventBus, worker: string) {
    this.#db = db
    this.#worker = worker
    this.#unsubscribe = bus.subscribe((name, fields) => {
      if (name === 'index.batch') this.#add(fields as Events['index.batch'])
    })
  }

  /** Writes what has changed since it was last written. */
  async write(): Promise<void> {
    if (this.#written) return
    this.#written = true
    try {
      await writeCounters(this.#db, this.#worker, this.#counters())
    } catch (error) {
      this.#written = false
      throw error
    }
  }

  close(): void {
    this.#unsubscribe()
  }

  #add(batch: Events['index.batch']): void {
    const { target, indexed, deleted, errors, delayed, returned, fencedOut, pages, bytes } = batch
    const counts = { indexed, deleted, errors, put_off: delayed, returned, fenced_out: fencedOut, pages, bytes }
    const sums = this.#sums.get(target) ?? new Map<CounterName, number>()
    for (const [name, count] of Object.entries(counts) as [CounterName, number][]) {
      if (count > 0) sums.set(name, (sums.get(name) ?? 0) + count)
    }
    this.#sums.set(target, sums)
    this.#written = false
  }

  #counters(): WorkerCounter[] {
    return [...this.#sums].flatMap(([target, sums]) => [...sums].map(([name, value]) => ({ target, name, value })))
  }
}
