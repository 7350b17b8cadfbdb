import { performance } from 'node:perf_hooks'
import { asSlipError } from '../errors/slip-error.ts'
import type { Database } from '../state/connection.ts'
import { noteAccepted } from '../state/control/accepted.ts'
import type { Claim } from '../state/queue/claim.ts'

/** Milliseconds. */
const pauseMs = 5_000

/** Notes that the shards of a target take documents: each once in a while, for it is wanted where one is refused. */
export class Acceptance {
  readonly #db: Database
  readonly #noted = new Map<number, number>()

  constructor(db: Database) {
    this.#db = db
  }

  /** The shard has taken a document of the claim, which is not settled yet. */
  async note(claim: Pick<Claim, 'target' | 'token'>, shard: number): Promise<void> {
    const now = performance.now()
    if (now - (this.#noted.get(shard) ?? Number.NEGATIVE_INFINITY) < pauseMs) return
    this.#noted.set(shard, now)
    try {
      await noteAccepted(this.#db, claim, shard)
    } catch (error) {
      // the settle that follows meets the same and waits; what is not noted now is with another claim
      if (asSlipError(error).class !== 'environment') throw error
    }
  }
}
