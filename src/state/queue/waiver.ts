/**
 * Checks of assembly that a person may waive for one item: kept in queue.waive from the retry on, in ledger.waived once
 * the item left the queue, and honoured as long as either has it. There is one, so of two sets the union is whichever
 * names it.
 */
export const waivers = ['page_gap'] as const
export type Waiver = (typeof waivers)[number]
