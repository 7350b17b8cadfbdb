import { performance } from 'node:perf_hooks'
import { setTimeout as after } from 'node:timers/promises'
import { asSlipError } from '../../errors/slip-error.ts'
import type { EventBus } from '../../events/bus.ts'
import type { Connection, Database } from '../../state/connection.ts'
import { holdDuty, renewDuty, takeDuty } from '../../state/control/duty.ts'
import { Pauses } from '../pause-gate.ts'

/** One transaction that holds the duty row; returns the rows it changed. */
type Work = (tx: Connection) => Promise<number>

/** Small shared work that one process does at a time, under a duty row. */
export type Chore = Timing &
  (
    | { readonly work: Work }
    /**
     * For a chore that must ask a server first: no transaction is open meanwhile, and the duty is renewed for as long as
     * it takes. Returns what is then to be written; null = nothing.
     */
    | { readonly look: () => Promise<Work | null> }
  )

interface Timing {
  readonly name: string
  /** Milliseconds between two runs; the duty lives as long unless it is renewed. */
  readonly periodMs: number
  /** True for what must not run at once when a daemon starts, but a period later. */
  readonly later?: boolean
  /** Whether it rests under these pauses; without this no pause stops it. */
  readonly restsIn?: (pauses: Pauses) => boolean
  /** True for what may begin anew before it has ended, for it leaves out itself what is still under way. */
  readonly overlaps?: boolean
  /** True for what reads whole tables: it is waited for no longer than one that asks a server. */
  readonly isLong?: boolean
}

/** No longer is a chore waited for that asks a server or is long: it must hold up nothing else. Milliseconds. */
const patienceMs = 1_000

/** Runs what is due of a set of chores, each in its own time. */
export class ChoreRunner {
  readonly #db: Database
  readonly #bus: EventBus
  readonly #token: string
  readonly #due: Map<Chore, number>
  readonly #running = new Map<Promise<void>, Chore>()

  constructor(db: Database, bus: EventBus, token: string, chores: readonly Chore[]) {
    this.#db = db
    this.#bus = bus
    this.#token = token
    this.#due = new Map(chores.map((chore) => [chore, chore.later ? performance.now() + chore.periodMs : 0]))
  }

  /**
   * Runs every chore whose time has come; one that waits for a server's answer longer than a second, or reads whole tables as
   * long, runs on beside what follows. A chore that fails is told and tried again in its time.
   */
  async runDue(pauses: Pauses): Promise<void> {
    for (const [chore, due] of this.#due) {
      if (this.#isUnderWay(chore) || performance.now() < due || chore.restsIn?.(pauses)) continue
      this.#due.set(chore, performance.now() + chore.periodMs)
      const running = this.#run(chore).finally(() => this.#running.delete(running))
      this.#running.set(running, chore)
      await ('look' in chore || chore.isLong
        ? Promise.race([running, after(patienceMs, undefined, { ref: false })])
        : running)
    }
  }

  /** Whether one is still running that rests in these pauses: they are not obeyed before it has ended. */
  isAtWorkIn(pauses: Pauses): boolean {
    return [...this.#running.values()].some(({ restsIn }) => restsIn?.(pauses))
  }

  /** Resolves when no chore is running any more. */
  async end(): Promise<void> {
    await Promise.all(this.#running.keys())
  }

  #isUnderWay(chore: Chore): boolean {
    return !chore.overlaps && [...this.#running.values()].includes(chore)
  }

  async #run(chore: Chore): Promise<void> {
    const { name, periodMs } = chore
    try {
      if (!(await takeDuty(this.#db, name, this.#token, periodMs))) return
      const work = 'look' in chore ? await this.#whileKept(chore, chore.look) : chore.work
      if (work === null) return
      const rows = await this.#db.transaction(async (tx) => {
        if (!(await holdDuty(tx, name, this.#token))) return 0
        // asking a server takes its time: a person may have paused it since
        const rests = 'look' in chore && chore.restsIn?.(await Pauses.read(tx))
        return rests ? 0 : work(tx)
      })
      if (rows > 0) this.#bus.emit('chore.done', { chore: name, rows })
    } catch (error) {
      const { code, message, place } = asSlipError(error)
      this.#bus.emit('chore.failed', { chore: name, code, message, place })
    }
  }

  /** Runs `look` and renews the duty beside it, every third of its time. Without an answer it runs on until it is over. */
  async #whileKept<T>({ name, periodMs }: Timing, look: () => Promise<T>): Promise<T> {
    let renewing: Promise<unknown> | undefined
    const timer = setInterval(() => {
      renewing ??= renewDuty(this.#db, name, this.#token, periodMs)
        .catch(() => undefined)
        .finally(() => {
          renewing = undefined
        })
    }, periodMs / 3)
    try {
      return await look()
    } finally {
      clearInterval(timer)
      await renewing
    }
  }
}
