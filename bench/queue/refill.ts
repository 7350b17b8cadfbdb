import { fillLedger, fillQueue, firstItems, settleTable } from './fill.ts'
import type { BenchState } from './state.ts'

/**
 * A queue of known items that keeps its depth: what a run has taken from its head is added at its end, in turns through
 * all items of the ledger.
 */
export interface Refill {
  /** As many as were taken since; the table is then as autovacuum leaves it, unless it is left to that itself. */
  refill(taken: number, options?: { readonly vacuum: boolean }): Promise<void>
}

interface Depth {
  /** So many more than `depth` that no item is added while it is still queued. */
  readonly items: number
  readonly depth: number
  readonly lane: number
}

/** Fills ledger and queue. */
export async function fillTo(state: BenchState, depth: Depth): Promise<Refill> {
  await fillLedger(state.db, firstItems(depth.items))
  return queueOf(state, depth)
}

/** Fills the queue with items of a ledger. */
export async function queueOf({ db }: BenchState, { items, depth, lane }: Depth): Promise<Refill> {
  await fillQueue(db, firstItems(depth), { lane })
  let end = depth
  let round = 0
  return {
    refill: async (taken, { vacuum } = { vacuum: true }) => {
      for (let left = taken; left > 0; ) {
        if (end === items) {
          end = 0
          round++
        }
        const count = Math.min(left, items - end)
        await fillQueue(db, { from: end + 1, to: end + count }, { lane, behind: round * items, vacuum: false })
        end += count
        left -= count
      }
      if (vacuum) await settleTable(db, 'slip_queue')
    },
  }
}
