import { setTimeout as after } from 'node:timers/promises'

/** Waits, or returns at once when the signal aborts. Milliseconds. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await after(ms, undefined, { signal }).catch(() => undefined)
}

/** Poll pauses: doubled while there is nothing to do, jittered so that many processes do not ask in step. */
export class Backoff {
  readonly #leastMs: number
  readonly #mostMs: number
  #nextMs: number

  constructor(leastMs: number, mostMs: number) {
    this.#leastMs = leastMs
    this.#mostMs = mostMs
    this.#nextMs = leastMs
  }

  reset(): void {
    this.#nextMs = this.#leastMs
  }

  next(): number {
    const ms = this.#nextMs * (0.75 + Math.random() * 0.5)
    this.#nextMs = Math.min(this.#nextMs * 2, this.#mostMs)
    return ms
  }
}
