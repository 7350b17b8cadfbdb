import type { Connection } from '../connection.ts'
import { type ErrorSelection, errorConditions } from './error-selection.ts'

/** What makes errors equal faults; the target of errors of sources is null. */
export interface ErrorGroup {
  readonly target: string | null
  readonly code: string
  readonly pattern: string
}

export interface CountedGroup extends ErrorGroup {
  readonly items: number
  readonly first_time: string
  readonly last_time: string
}

/**
 * Errors counted by group, most first: exact as of now, where the view slip_error_groups is as old as its sample. For
 * unresolved ones slip_errors_open holds all that is asked for; resolved ones are in no such index, so with them the
 * whole table is read.
 */
export async function countGroups(db: Connection, selection: ErrorSelection): Promise<CountedGroup[]> {
  const { where, values } = errorConditions(db.dialect, selection)
  const rows = await db.query<CountedGroup>(
    `SELECT target, code, pattern, count(*) AS items, min(error_time) AS first_time, max(error_time) AS last_time
     FROM slip_errors ${openIndex(db, selection)} ${where} GROUP BY target, code, pattern`,
    values,
  )
  const latest = (one: CountedGroup, other: CountedGroup) => (one.last_time < other.last_time ? 1 : -1)
  return rows.sort((one, other) => other.items - one.items || latest(one, other))
}

/** The newest items of a group, or what its errors of sources name. */
export async function examplesOf(db: Connection, selection: ErrorSelection, count: number): Promise<string[]> {
  const { where, values } = errorConditions(db.dialect, selection)
  const rows = await db.query<{ name: string | null }>(
    `SELECT coalesce(htid, record_id, source) AS name FROM slip_errors ${openIndex(db, selection)} ${where}
     ORDER BY error_time DESC LIMIT ${count}`,
    values,
  )
  return [...new Set(rows.flatMap(({ name }) => name ?? []))]
}

/** Its statistics of a young table mislead MySQL to a scan; PostgreSQL takes the partial index by itself. */
function openIndex(db: Connection, { all, htids }: ErrorSelection): string {
  return db.dialect === 'mysql' && !all && htids === undefined ? 'FORCE INDEX (slip_errors_open)' : ''
}
