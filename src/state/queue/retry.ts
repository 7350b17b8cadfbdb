import type { Connection } from '../connection.ts'
import { requestItems } from './enqueue.ts'
import { allPages, type ErrorFilter, type ErrorPage, findItemErrors, nextPage, type PageDone } from './error-filter.ts'
import type { Waiver } from './waiver.ts'

/**
 * error → ready, by people: the item is requested anew in lane ops and everything is read again. The errors row stays
 * unresolved until success (fixed) or the next failure (superseded). What is waived is written to the queue row, which
 * the request holds locked.
 */
export interface RetryOptions {
  readonly waive?: readonly Waiver[]
}

const waive = {
  postgres: 'UPDATE slip_queue SET waive = $1 WHERE target = $2 AND htid = ANY($3)',
  mysql: 'UPDATE slip_queue FORCE INDEX (PRIMARY) SET waive = ? WHERE target = ? AND htid IN (?)',
}

/** Returns the ids requested, by target. */
export function retryErrors(
  tx: Connection,
  filter: ErrorFilter,
  options: RetryOptions = {},
): Promise<Map<string, string[]>> {
  return allPages((page) => retryErrorPage(tx, filter, page, options))
}

/** As retryErrors, for a page of a large set: the caller makes each page a transaction. */
export async function retryErrorPage(
  tx: Connection,
  filter: ErrorFilter,
  page: ErrorPage,
  options: RetryOptions = {},
): Promise<PageDone> {
  const found = await findItemErrors(tx, filter, page)
  const done = new Map<string, string[]>()
  const targets = [...Map.groupBy(found, ({ target }) => target)].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [target, errors] of targets) {
    const htids = errors.map(({ htid }) => htid)
    const requested = await requestItems(tx, target, htids, { lane: 'ops', reason: 'retry' })
    done.set(target, requested)
    if (requested.length > 0)
      for (const check of options.waive ?? []) await tx.change(waive[tx.dialect], [check, target, requested])
  }
  return { done, next: nextPage(found, page) }
}
