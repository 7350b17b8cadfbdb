import { performance } from 'node:perf_hooks'
import { asSlipError } from '../errors/slip-error.ts'
import type { Engine } from '../shards/engine.ts'
import type { ItemOutcome } from './outcome.ts'
import { type Parcel, tooLarge } from './post.ts'

/** A server may be started anew with another limit, and one that does not say may say later. Milliseconds. */
const validMs = 60_000

/** How large a document of a target may be: as configured, and as its server says that it takes. */
export class DocumentLimit {
  readonly #engine: Pick<Engine, 'longestDocument'>
  readonly #configured: number
  /** As the server said last; before it was asked, what it will say. */
  #told: Promise<number> | undefined
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(engine: Pick<Engine, 'longestDocument'>, configured = Number.POSITIVE_INFINITY) {
    this.#engine = engine
    this.#configured = configured
  }

  /**
   * Bytes. Of a server that does not answer it is as before: what is posted then meets the same. Only the first answer is
   * waited for.
   */
  async bytes(): Promise<number> {
    if (performance.now() - this.#askedAt > validMs) {
      this.#askedAt = performance.now()
      const asked = this.#ask(this.#told)
      this.#told ??= asked
      const replace = () => {
        this.#told = asked
      }
      asked.then(replace, replace)
    }
    return Math.min(this.#configured, await (this.#told as Promise<number>))
  }

  async #ask(before: Promise<number> = Promise.resolve(Number.POSITIVE_INFINITY)): Promise<number> {
    try {
      return (await this.#engine.longestDocument()) ?? Number.POSITIVE_INFINITY
    } catch (error) {
      if (asSlipError(error).class !== 'environment') throw error
      return before
    }
  }
}

/** What of a parcel may be sent, and how the others leave their claim: unsent. */
export function withinLimit(
  { documents, removals }: Parcel,
  most: number,
): { readonly fitting: Parcel; readonly refused: ItemOutcome[] } {
  const [fits, isTooLarge] = [true, false].map((fit) =>
    documents.filter(({ document }) => document.bytes <= most === fit),
  )
  const refused = isTooLarge!.map(({ item, document: { bytes } }) => tooLarge(item, bytes, most))
  return { fitting: { documents: fits!, removals }, refused }
}
