/**
 * How many bytes of documents of a target are in memory: from when the pages of an item are about to be read until its
 * document was posted. Each target of a process has an equal share of `indexer.inFlightBytes`, which no other takes: one
 * whose server is slow holds none back. Of a target one batch is assembled at a time, so one waits at most.
 */
export class ByteBudget {
  readonly #limit: number
  #inFlight = 0
  /** Items that are larger than half of it: they are alone. */
  #large = 0
  #waiting: (() => void) | null = null

  /** `limit`: bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether so many bytes more may be in memory now. An item of more than half of the budget runs alone. */
  hasRoom(bytes: number): boolean {
    if (this.#inFlight === 0) return true
    return this.#large === 0 && !this.#isLarge(bytes) && this.#inFlight + bytes <= this.#limit
  }

  /** Takes room when there is some now. */
  tryTake(bytes: number): boolean {
    const has = this.hasRoom(bytes)
    if (has) this.#add(bytes)
    return has
  }

  /** Resolves with true once there is room, and takes it; false = `stop` came first. */
  async take(bytes: number, stop: AbortSignal): Promise<boolean> {
    for (;;) {
      if (stop.aborted) return false
      if (this.tryTake(bytes)) return true
      const { promise, resolve } = Promise.withResolvers<void>()
      const end = () => resolve()
      this.#waiting = end
      stop.addEventListener('abort', end, { once: true })
      await promise
      stop.removeEventListener('abort', end)
    }
  }

  /** What was taken for an item turned out to be another number of bytes. */
  correct(taken: number, bytes: number): void {
    this.#subtract(taken)
    this.#add(bytes)
  }

  /** The document of an item is no longer held. */
  release(bytes: number): void {
    this.#subtract(bytes)
    this.#waiting?.()
    this.#waiting = null
  }

  #add(bytes: number): void {
    this.#inFlight += bytes
    if (this.#isLarge(bytes)) this.#large++
  }

  #subtract(bytes: number): void {
    this.#inFlight -= bytes
    if (this.#isLarge(bytes)) this.#large--
  }

  #isLarge(bytes: number): boolean {
    return bytes > this.#limit / 2
  }
}
