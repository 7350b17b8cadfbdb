import type { WriteStream } from 'node:tty'

const lineEveryMs = 5_000
const width = 30

/** Progress of a long command: one bar drawn over itself on a terminal, a line now and then elsewhere. */
export class ProgressBar {
  readonly #out: WriteStream
  readonly #startedAt = performance.now()
  #drawn = false
  #lineAt = 0
  #last = ''

  constructor(out: WriteStream) {
    this.#out = out
  }

  /** `text` says what is counted. */
  show(done: number, total: number, text: string): void {
    if (this.#out.isTTY) this.#draw(done, total, text)
    else this.#line(done, total, text)
  }

  /** Leaves the terminal clean for what is printed next. */
  clear(): void {
    if (this.#drawn) this.#out.write('\r\x1b[K')
    this.#drawn = false
  }

  #draw(done: number, total: number, text: string): void {
    const filled = total === 0 ? 0 : Math.round((done / total) * width)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
    this.#out.write(
      `${`\r${bar} ${done}/${total} ${this.#seconds()} s  ${text}`.slice(0, (this.#out.columns ?? 80) + 1)}\x1b[K`,
    )
    this.#drawn = true
  }

  /** A line when something moved, and not more often than every five seconds unless it is whole. */
  #line(done: number, total: number, text: string): void {
    const line = `${done}/${total}  ${text}`
    if (line === this.#last || (performance.now() < this.#lineAt && done < total)) return
    this.#lineAt = performance.now() + lineEveryMs
    this.#last = line
    this.#out.write(`  ${this.#seconds()} s  ${line}\n`)
  }

  #seconds(): string {
    return ((performance.now() - this.#startedAt) / 1000).toFixed(0).padStart(3)
  }
}
