import type { WriteStream } from 'node:tty'
import type { Tally } from '../rights/tally.ts'

/** Shows how much was read so far: a line drawn over itself on a terminal, one a minute elsewhere. How much there is nobody knows. */
export class ReadingProgress {
  readonly #out: WriteStream
  readonly #tally: Tally
  readonly #startedAt = performance.now()
  readonly #timer: NodeJS.Timeout
  #drawn = false

  constructor(out: WriteStream, tally: Tally) {
    this.#out = out
    this.#tally = tally
    this.#timer = setInterval(() => this.#show(), out.isTTY ? 1_000 : 60_000)
    this.#timer.unref()
  }

  /** Leaves the terminal clean for what is printed next. */
  end(): void {
    clearInterval(this.#timer)
    if (this.#drawn) this.#out.write('\r\x1b[K')
    this.#drawn = false
  }

  #show(): void {
    const { seen, bad } = this.#tally.counts
    const seconds = (performance.now() - this.#startedAt) / 1_000
    const line = `${seconds.toFixed(0).padStart(5)} s  ${seen} read, ${(seen / seconds).toFixed(0)}/s, ${bad} cannot be used`
    this.#out.write(this.#out.isTTY ? `\r${line.slice(0, this.#out.columns ?? 80)}\x1b[K` : `${line}\n`)
    this.#drawn = this.#out.isTTY
  }
}
