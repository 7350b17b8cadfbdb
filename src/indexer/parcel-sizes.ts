/** A post that takes longer is too much at a time. Milliseconds. */
const slowMs = 5_000
/** So many steps lead from nothing back to the whole size. */
const steps = 16
/** Below that a smaller parcel is no relief. */
const leastBytes = 65_536

/** What the server of a shard made of a parcel. */
export interface Posting {
  readonly bytes: number
  readonly milliseconds: number
  /** Refused for its size, or told to send less. */
  readonly tooMuch: boolean
  /** All of it was taken. */
  readonly done: boolean
}

/**
 * How large the parcels of each shard are: as large as configured, half of what was too much at a time, and from there
 * larger again, slowly, with each that went well. Half of what was sent, so that two that were under way together do not
 * make it a quarter; a document that is larger than a parcel goes alone and says nothing about the others. What was too
 * much and is small already, as removals are, says nothing of the size.
 */
export class ParcelSizes {
  readonly #most: number
  readonly #sizes = new Map<number, number>()

  /** `most`: bytes. */
  constructor(most: number) {
    this.#most = most
  }

  /** Bytes from which on a parcel for the shard is full. */
  of(shard: number): number {
    return this.#sizes.get(shard) ?? this.#most
  }

  hear(shard: number, { bytes, milliseconds, tooMuch, done }: Posting): void {
    const size = this.of(shard)
    if (tooMuch || milliseconds > slowMs) {
      if (bytes > leastBytes) this.#sizes.set(shard, Math.min(size, Math.max(leastBytes, bytes / 2)))
    } else if (done && bytes >= size / 2) {
      this.#sizes.set(shard, Math.min(this.#most, size + this.#most / steps))
    }
  }
}
