import type { Claim } from '../state/queue/claim.ts'

/** What of each shard of a target is under way. */
export class ShardsUnderWay {
  /** How many claims. */
  readonly #claims = new Map<number, number>()
  readonly #triedOut = new Set<number>()

  begin(claim: Claim): void {
    this.#count(claim, 1)
  }

  end(claim: Claim): void {
    this.#count(claim, -1)
  }

  /** Whether it has no claim. */
  isFree(shard: number): boolean {
    return !this.#claims.has(shard)
  }

  /** It is being tried out until `is` over. */
  tryOut(shard: number, is: Promise<unknown>): void {
    this.#triedOut.add(shard)
    const end = () => this.#triedOut.delete(shard)
    is.then(end, end)
  }

  isTriedOut(shard: number): boolean {
    return this.#triedOut.has(shard)
  }

  #count({ items }: Claim, claims: 1 | -1): void {
    for (const shard of new Set(items.map((item) => item.shard))) {
      const left = (this.#claims.get(shard) ?? 0) + claims
      if (left > 0) this.#claims.set(shard, left)
      else this.#claims.delete(shard)
    }
  }
}
