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
  #restores = 0

  constructor(world: World) {
    this.#world = world
    this.#running = this.#run()
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
    if (this.#restores !== journal.restores) this.#marks = new Map()
    this.#restores = journal.restores
    const marks = await readMarks(state.db, target)
    const found = [...wentBack(this.#marks, marks), ...(await checkRunning(state.db, target))]
    // what was read over a restore compares nothing
    if (this.#restores !== journal.restores) return
    this.#marks = new Map(marks.map((mark) => [mark.htid, mark]))
    for (const { invariant, htid, message } of found) journal.defect(`invariant ${invariant}: ${htid}: ${message}`)
  }
}
