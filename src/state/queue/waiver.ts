/**
 * Checks of assembly that a person may waive for one item: kept in queue.waive from the retry on, in ledger.waived once
 * the item left the queue, and honoured as long as either has it. Both hold names in alphabetical order, with a comma
 * between them. A retry writes all that are waived for the item, those of before too, so of queue and ledger the queue
 * says more.
 */
export const waivers = ['checksum', 'page_gap'] as const
export type Waiver = (typeof waivers)[number]

/** Whether a check is among those that queue or ledger say are waived. */
export const isWaived = (waived: string | null, check: Waiver): boolean => waived?.split(',').includes(check) ?? false

/** All of them, as they are kept. */
export const unionOfWaivers = (...all: readonly (string | null)[]): string =>
  [...new Set(all.flatMap((each) => each?.split(',') ?? []))].sort().join(',')
