import type { Connection } from '../connection.ts'
import { type ErrorSelection, errorConditions } from './error-selection.ts'

/** A row of slip_errors; timestamps are text. An item error has target and htid, one of a source has source. */
export interface ErrorRow {
  readonly id: number
  readonly target: string | null
  readonly htid: string | null
  readonly source: string | null
  readonly record_id: string | null
  readonly rev: number | null
  readonly shard: number | null
  readonly stage: string
  readonly code: string
  readonly class: string
  readonly message: string
  /** JSON text: the place and more. */
  readonly detail: string | null
  readonly attempts: number | null
  readonly pid: number | null
  readonly host: string | null
  readonly worker: string | null
  readonly error_time: string
  readonly resolved_at: string | null
  readonly resolution: string | null
  /** The message without what varies between items. */
  readonly pattern: string
  /** Who skipped or purged it, and why. */
  readonly note: string | null
}

export interface ErrorPage {
  /** Only errors older than the one of this id: the last of the page before. */
  readonly before?: number | undefined
  readonly limit: number
}

/** The columns of an ErrorRow: MySQL has one more, for its index. */
export const errorColumns = `id, target, htid, source, record_id, rev, shard, stage, code, class, message, detail, attempts,
  pid, host, worker, error_time, resolved_at, resolution, pattern, note`

const postgres = {
  find: `SELECT ${errorColumns} FROM slip_errors WHERE id = $1`,
}

const mysql = {
  find: `SELECT ${errorColumns} FROM slip_errors WHERE id = ?`,
}

const statements = { postgres, mysql }

/** A page of errors, newest first. */
export async function listErrors(db: Connection, selection: ErrorSelection, page: ErrorPage): Promise<ErrorRow[]> {
  const { where, values } = errorConditions(db.dialect, selection).and('id < ?', page.before)
  const sql = `SELECT ${errorColumns} FROM slip_errors ${where} ORDER BY id DESC LIMIT ${page.limit}`
  return db.query<ErrorRow & Record<string, unknown>>(sql, values)
}

/** How the last error of each item in a target ended; null = not yet. Without those that never had one. */
export async function lastResolutions(
  db: Connection,
  target: string,
  htids: readonly string[],
): Promise<Map<string, string | null>> {
  const { where, values } = errorConditions(db.dialect, { target, htids, all: true })
  const index = db.dialect === 'mysql' ? 'FORCE INDEX (slip_errors_item)' : ''
  const sql = `SELECT htid, resolution FROM slip_errors ${index} ${where} ORDER BY id`
  const rows = await db.query<{ htid: string; resolution: string | null }>(sql, values)
  return new Map(rows.map(({ htid, resolution }) => [htid, resolution]))
}

export async function findError(db: Connection, id: number): Promise<ErrorRow | null> {
  const [row] = await db.query<ErrorRow>(statements[db.dialect].find, [id])
  return row ?? null
}
