import { setTimeout as after } from 'node:timers/promises'

/** Milliseconds. */
const patienceMs = 1_000

/**
 * A question to a server, which is asked it once at a time. No answer is waited for longer than a second, or one that hangs
 * would hold up everybody: who is told `waits` comes again, and gets the answer when it is there.
 */
export class PatientQuestion<T> {
  readonly #ask: () => Promise<T>
  #asked: Promise<T> | null = null

  constructor(ask: () => Promise<T>) {
    this.#ask = ask
  }

  /** Throws what the question has thrown. */
  async answer(): Promise<T | 'waits'> {
    const isNew = this.#asked === null
    this.#asked ??= this.#ask()
    // heard by the next who comes
    this.#asked.catch(() => undefined)
    let isAnswered = true
    const impatience = async () => {
      await after(isNew ? patienceMs : 0, undefined, { ref: false })
      return notYet
    }
    try {
      const answer = await Promise.race([this.#asked, impatience()])
      isAnswered = answer !== notYet
      return answer === notYet ? 'waits' : (answer as T)
    } finally {
      if (isAnswered) this.#asked = null
    }
  }
}

const notYet = Symbol('not yet')
