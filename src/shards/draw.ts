/** A shard as the draw sees it. */
export interface DrawableShard {
  readonly shard: number
  /** Share of new items relative to the other open shards; 0 or less = none. */
  readonly weight: number
  /** False for a shard that is full, closed, behind or ahead. */
  readonly open: boolean
}

/**
 * Draws the shard of new items: at random by weight among the open shards. An item keeps what is drawn for life, so
 * nothing here may depend on the item: a rule computed from the id could not be changed later.
 *
 * @param random uniform in [0, 1), as Math.random
 * @returns the shard number, or null when no open shard has a weight
 */
export function draw(shards: readonly DrawableShard[], random: () => number): number | null {
  const candidates = shards.filter((candidate) => candidate.open && candidate.weight > 0)
  const total = candidates.reduce((sum, candidate) => sum + candidate.weight, 0)
  let left = random() * total
  for (const candidate of candidates) {
    left -= candidate.weight
    if (left < 0) return candidate.shard
  }
  // Rounding can leave a remainder of a few ulp after the last subtraction.
  return candidates.at(-1)?.shard ?? null
}
