import { setTimeout as pause } from 'node:timers/promises'
import { checkRunning, type Mark, readMarks, wentBack } from '../../src/state/audit/running-invariants.ts'
import { target, type World } from './world.ts'

const everyMs = 400

/** Asks all the time for the invariants that hold at every moment; what is broken goes into the journal. */
export class Watch {
  readonly #world: World
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #marks = new Map<string, Mark>()

  constructor(world: World) {
    this.#world = world
    this.#running = this.#run()
  }

  /** The ledger may go back now: an older database was restored. */
  forget(): void {
    this.#marks = new Map()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // a database that is away has no state to look at
      await this.#look().catch(() => undefined)
      await pause(everyMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
  }

  async #look(): Promise<void> {
    const { state, journal } = this.#world
    const before = this.#marks
    const marks = await readMarks(state.db, target)
    const found = [...wentBack(before, marks), ...(await checkRunning(state.db, target))]
    // what was read over a restore compares nothing
    if (before !== this.#marks) return
    this.#marks = new Map(marks.map((mark) => [mark.htid, mark]))
    for (const { invariant, htid, message } of found) journal.defect(`invariant ${invariant}: ${htid}: ${message}`)
  }
}
