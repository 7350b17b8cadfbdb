/** Milliseconds between two looks. */
const lookEveryMs = 2_000

/**
 * Ends a step that lasts: its signal aborts with the process's own, and as soon as a look says that the step is to end. The
 * gate of the next step then says why. A look that fails ends nothing: the step meets the same fault.
 */
export class StepWatch {
  readonly signal: AbortSignal
  readonly #end = new AbortController()
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | undefined

  constructor(stop: AbortSignal, mustEnd: () => Promise<boolean>) {
    this.signal = AbortSignal.any([stop, this.#end.signal])
    this.#timer = setInterval(() => {
      this.#looking ??= mustEnd()
        .then(
          (must) => must && this.#end.abort(),
          () => undefined,
        )
        .then(() => {
          this.#looking = undefined
        })
    }, lookEveryMs)
  }

  /** Whether a look has ended the step, and not the process. */
  get hasEndedStep(): boolean {
    return this.#end.signal.aborted
  }

  /** The step is over. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }
}
