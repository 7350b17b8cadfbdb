import { patternOf } from '../../errors/pattern.ts'
import { databaseClock } from '../clock.ts'
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
  supersede: `
    UPDATE slip_errors SET resolved_at = clock_timestamp(), resolution = 'superseded'
    WHERE stage = 'rights' AND resolved_at IS NULL AND detail::jsonb ->> 'file' = $1`,
  add: `
    INSERT INTO slip_errors (source, stage, code, class, message, pattern, detail, pid, host, error_time)
    SELECT source, 'rights', 'SOURCE_RECORD_INVALID', 'item', left(message, 4000), pattern, detail, $5, $6, clock_timestamp()
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS d (source, message, pattern, detail)`,
}

const mysql = {
  find: `SELECT ${errorColumns} FROM slip_errors WHERE id = ?`,
  /** Read first: an update that searches would lock what it passes. Errors of a source have no target, and so an index. */
  ofFile: `
    SELECT id FROM slip_errors
    WHERE target IS NULL AND stage = 'rights' AND resolved_at IS NULL
      AND JSON_UNQUOTE(JSON_EXTRACT(detail, '$.file')) = ?
    ORDER BY id`,
  supersede: `
    UPDATE slip_errors SET resolved_at = SYSDATE(6), resolution = 'superseded'
    WHERE id IN (?) AND resolved_at IS NULL`,
  add: `
    INSERT INTO slip_errors (source, stage, code, class, message, pattern, detail, pid, host, error_time) VALUES ?`,
}

/** Of 8,000 characters and more each: a statement stays far below the 16 MiB a MariaDB accepts as it comes. */
const rowsOfStatement = 100

const statements = { postgres, mysql }

/** A page of errors, newest first. */
export async function listErrors(db: Connection, selection: ErrorSelection, page: ErrorPage): Promise<ErrorRow[]> {
  const { where, values } = errorConditions(db.dialect, selection).and('id < ?', page.before)
  const sql = `SELECT ${errorColumns} FROM slip_errors ${where} ORDER BY id DESC LIMIT ${page.limit}`
  return db.query<ErrorRow & Record<string, unknown>>(sql, values)
}

export async function findError(db: Connection, id: number): Promise<ErrorRow | null> {
  const [row] = await db.query<ErrorRow>(statements[db.dialect].find, [id])
  return row ?? null
}

export interface SourceError {
  readonly source: string
  readonly message: string
  /** JSON text with `file`, `line` and the source text. */
  readonly detail: string
}

/**
 * Before a file is read again: what it could not give at its last reading is superseded by what this one finds, so that
 * a corrected file clears its errors. Errors are told apart by the file in their detail.
 */
export async function supersedeSourceErrors(tx: Connection, file: string): Promise<void> {
  if (tx.dialect === 'postgres') {
    await tx.change(postgres.supersede, [file])
    return
  }
  const ids = (await tx.query<{ id: number }>(mysql.ofFile, [file])).map((row) => row.id)
  if (ids.length > 0) await tx.change(mysql.supersede, [ids])
}

/** Keeps what a source could not read. */
export async function addSourceErrors(tx: Connection, errors: readonly SourceError[], host: string): Promise<void> {
  if (errors.length === 0) return
  if (tx.dialect === 'postgres') {
    await tx.change(postgres.add, [
      errors.map((error) => error.source),
      errors.map((error) => error.message),
      errors.map((error) => patternOf(error.message)),
      errors.map((error) => error.detail),
      process.pid,
      host,
    ])
    return
  }
  const now = await databaseClock(tx)
  const rows = errors.map(({ source, message, detail }) => {
    const kept = [...message].slice(0, 4_000).join('')
    return [source, 'rights', 'SOURCE_RECORD_INVALID', 'item', kept, patternOf(message), detail, process.pid, host, now]
  })
  for (let from = 0; from < rows.length; from += rowsOfStatement)
    await tx.change(mysql.add, [rows.slice(from, from + rowsOfStatement)])
}
