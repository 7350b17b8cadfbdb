/** Work of which one at a time may be under way for a shard, in the order in which it came; other shards go their own way. */
export class Turns {
  readonly #last = new Map<number, Promise<unknown>>()

  /** What came before may have failed. */
  take<T>(shard: number, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(shard) ?? Promise.resolve()).then(work)
    this.#last.set(
      shard,
      turn.catch(() => undefined),
    )
    return turn
  }
}
