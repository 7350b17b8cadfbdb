import type { Connection } from '../connection.ts'
import { requestItems } from './enqueue.ts'
import { type ErrorFilter, type ErrorPage, findItemErrors, nextPage, type PageDone } from './error-filter.ts'
import { asked, isRow, withLedger } from './row-of.ts'
import { unionOfWaivers, type Waiver } from './waiver.ts'

/**
 * error → ready, by people: the item is requested anew in lane ops and everything is read again. The errors row stays
 * unresolved until success (fixed) or the next failure (superseded). What is waived, now or before, is written to the queue
 * row, which the request holds locked; without that lock no exit writes the ledger.
 */
export interface RetryOptions {
  readonly waive?: readonly Waiver[]
}

const before = {
  postgres: `
    WITH ${asked('$1', '$2::text[]')}
    SELECT q.htid, q.waive, l.waived FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')}
    ${withLedger('q.target', 'q')}`,
  mysql: `
    SELECT q.htid, q.waive, l.waived FROM slip_queue q FORCE INDEX (PRIMARY)
    LEFT JOIN slip_indexed l ON l.target = q.target AND l.htid = q.htid WHERE q.target = ? AND q.htid IN (?)`,
}

const waive = {
  postgres: `
    WITH ${asked('$2', '$3::text[]')}
    UPDATE slip_queue q SET waive = $1 FROM asked WHERE ${isRow('q', 'asked')}`,
  mysql: 'UPDATE slip_queue FORCE INDEX (PRIMARY) SET waive = ? WHERE target = ? AND htid IN (?)',
}

/** Requests a page of items in error anew; the caller makes each page a transaction. */
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
    if (requested.length > 0 && options.waive !== undefined) await waiveFor(tx, target, requested, options.waive)
  }
  return { done, next: nextPage(found, page) }
}

async function waiveFor(tx: Connection, target: string, htids: readonly string[], checks: readonly Waiver[]) {
  const rows = await tx.query<{ htid: string; waive: string | null; waived: string | null }>(before[tx.dialect], [
    target,
    htids,
  ])
  const byWaived = Map.groupBy(rows, (row) => unionOfWaivers(row.waive, row.waived, ...checks))
  for (const [waived, group] of byWaived) {
    const ids = group.map(({ htid }) => htid)
    await tx.change(waive[tx.dialect], [waived, target, ids])
  }
}
