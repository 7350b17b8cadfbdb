import { setTimeout as after } from 'node:timers/promises'
import { asSlipError } from '../errors/slip-error.ts'

/** No longer does a step wait for what is under way: pauses and chores are looked at in between. Milliseconds. */
const patienceMs = 1_000

/**
 * So long is waited for what is under way of other targets before a suspect is left for a later turn, and twice as long each
 * time after that, so that long batches do not keep it for ever. Milliseconds.
 */
const dryPatienceMs = { first: 5_000, longest: 30_000 }

/** The batches of a process that are under way, of all its targets: assembled, and being posted and settled. */
export class Pipeline {
  /** With the target of each. */
  readonly #running = new Map<Promise<void>, string>()
  readonly #faults: unknown[] = []
  #awaited: (() => void) | null = null
  /** Something has come further that nobody waited for: the next one to wait hears of it. */
  #hasMoved = false
  #dryPatienceMs = dryPatienceMs.first
  readonly #passes: typeof after

  /** `passes`: resolves when a time has passed. */
  constructor(passes = after) {
    this.#passes = passes
  }

  /** Lets a batch of a target run on. What it throws is thrown by `check`. */
  add(target: string, batch: Promise<unknown>): void {
    const ended = batch
      .catch((fault: unknown) => this.#faults.push(fault))
      .then(() => {
        this.#running.delete(ended)
        this.progressed()
      })
    this.#running.set(ended, target)
  }

  /** Whether nothing is under way, of a target or of all. */
  readonly isDry = (target?: string): boolean => {
    const targets = [...this.#running.values()]
    return targets.every((each) => target !== undefined && each !== target)
  }

  /** Resolves when nothing is under way any more. */
  async runDry(): Promise<void> {
    while (!this.isDry()) await Promise.all(this.#running.keys())
  }

  /** Waits until nothing is under way any more, or what is takes long. Whether nothing is. */
  readonly runDrySoon = async (): Promise<boolean> => {
    const ended = new AbortController()
    const patience = this.#passes(this.#dryPatienceMs, undefined, { signal: ended.signal }).catch(() => undefined)
    await Promise.race([this.runDry(), patience])
    ended.abort()
    const isDry = this.isDry()
    this.#dryPatienceMs = isDry ? dryPatienceMs.first : Math.min(2 * this.#dryPatienceMs, dryPatienceMs.longest)
    return isDry
  }

  /** Resolves when something was posted, or a batch was assembled or has ended, or a second has passed. */
  async progress(): Promise<void> {
    if (!this.#hasMoved) await this.#movement()
    this.#hasMoved = false
  }

  async #movement(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs)
      this.#awaited = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#awaited = null
  }

  /** Something was posted or assembled: there may be a free connection, or a target to claim for. */
  progressed(): void {
    this.#hasMoved = true
    this.#awaited?.()
  }

  /** Throws what a batch has thrown since it was asked last, of several the one that waiting does not help. */
  check(): void {
    const faults = this.#faults.splice(0)
    if (faults.length > 0) throw faults.find(isDefect) ?? faults[0]
  }

  /** Ends what is under way. Throws a defect; of what is away the next daemon will hear. */
  async close(): Promise<void> {
    await this.runDry()
    const defect = this.#faults.find(isDefect)
    if (defect !== undefined) throw defect
  }
}

const isDefect = (fault: unknown): boolean => asSlipError(fault).class !== 'environment'
