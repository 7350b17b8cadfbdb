import { performance } from 'node:perf_hooks'
import { setTimeout as after } from 'node:timers/promises'

/** How long an answer is waited for, in milliseconds; null: until it comes, where there is nothing else to do. */
export type Patience = number | null

const patienceMs = 1_000

/** An answer that lay there for longer is of another time: it is asked anew. Milliseconds. */
const freshMs = 5_000

/**
 * A question to a server, asked once at a time. A caller waits for the patience at most, so that a server that hangs delays
 * nobody. It then gets `waits`, calls again, and gets the answer when it is there.
 */
export class PatientQuestion<T> {
  readonly #ask: () => Promise<T>
  readonly #patience: Patience
  #asked: Promise<T> | null = null
  /** When the answer came that nobody has fetched yet. */
  #answeredAt: number | null = null

  constructor(ask: () => Promise<T>, patience: Patience = patienceMs) {
    this.#ask = ask
    this.#patience = patience
  }

  /** Throws what the question has thrown. */
  async answer(): Promise<T | 'waits'> {
    if (this.#answeredAt !== null && performance.now() - this.#answeredAt > freshMs) this.#asked = null
    const patience = this.#asked === null ? this.#patience : 0
    this.#asked ??= this.#begin()
    const asked = this.#asked
    let isAnswered = true
    try {
      const answer = await (this.#patience === null ? asked : Promise.race([asked, impatience(patience ?? 0)]))
      isAnswered = answer !== notYet
      return answer === notYet ? 'waits' : (answer as T)
    } finally {
      if (isAnswered) this.#asked = null
    }
  }

  #begin(): Promise<T> {
    this.#answeredAt = null
    const asked = this.#ask()
    const note = () => {
      this.#answeredAt = performance.now()
    }
    // heard by the next who comes
    asked.then(note, note)
    return asked
  }
}

/** The same question of several shards. */
export class ShardQuestions<T> {
  readonly #ask: (shard: number) => Promise<T>
  readonly #patience: Patience | undefined
  readonly #questions = new Map<number, PatientQuestion<T>>()

  constructor(ask: (shard: number) => Promise<T>, patience?: Patience) {
    this.#ask = ask
    this.#patience = patience
  }

  /** Throws what the question has thrown. */
  answer(shard: number): Promise<T | 'waits'> {
    const question = this.#questions.get(shard) ?? new PatientQuestion(() => this.#ask(shard), this.#patience)
    this.#questions.set(shard, question)
    return question.answer()
  }

  /** What was asked so far is not waited for any more. */
  forget(): void {
    this.#questions.clear()
  }
}

const notYet = Symbol('not yet')

async function impatience(ms: number) {
  await after(ms, undefined, { ref: false })
  return notYet
}
