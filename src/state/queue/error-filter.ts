import { type ErrorSelection, errorConditions } from '../audit/error-selection.ts'
import type { Connection } from '../connection.ts'

/** Which unresolved errors of items are meant; what is left out selects nothing away. */
export type ErrorFilter = Omit<ErrorSelection, 'all'>

/** A page of errors in the order of their ids. */
export interface ErrorPage {
  /** The id of the page before; 0 = the first page. */
  readonly after: number
  /** A thousand at most, so that a transaction stays short. */
  readonly size: number
}

export interface PageDone {
  /** What was done, ids of items by target. */
  readonly done: Map<string, string[]>
  /** `after` of the next page; null when this was the last. */
  readonly next: number | null
}

export interface ItemError extends Record<string, unknown> {
  readonly id: number
  readonly target: string
  readonly htid: string
  readonly shard: number | null
}

/** Reads a page without a lock: errors of sources are none of an item and are left out. */
export async function findItemErrors(tx: Connection, filter: ErrorFilter, page: ErrorPage): Promise<ItemError[]> {
  const { where, values } = errorConditions(tx.dialect, { ...filter, all: false })
    .and('target IS NOT NULL AND htid IS NOT NULL')
    .and('id > ?', page.after)
  const sql = `SELECT id, target, htid, shard FROM slip_errors ${where} ORDER BY id LIMIT ${page.size}`
  return tx.query<ItemError>(sql, values)
}

export const nextPage = (found: readonly ItemError[], { size }: ErrorPage): number | null =>
  found.length < size ? null : (found.at(-1)?.id ?? null)
