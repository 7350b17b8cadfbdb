import type { Connection } from '../connection.ts'

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
}

export interface ErrorListing {
  readonly target?: string | undefined
  readonly code?: string | undefined
  /** Resolved ones too. */
  readonly all: boolean
  /** Only errors older than the one of this id: the last of the page before. */
  readonly before?: number | undefined
  readonly limit: number
}

/** A page of errors, newest first. */
export async function listErrors(db: Connection, listing: ErrorListing): Promise<ErrorRow[]> {
  return db.query<ErrorRow>(
    `SELECT * FROM slip_errors
     WHERE ($1::text IS NULL OR target = $1) AND ($2::text IS NULL OR code = $2) AND ($3 OR resolved_at IS NULL)
       AND ($4::bigint IS NULL OR id < $4)
     ORDER BY id DESC LIMIT $5`,
    [listing.target ?? null, listing.code ?? null, listing.all, listing.before ?? null, listing.limit],
  )
}

export async function findError(db: Connection, id: number): Promise<ErrorRow | null> {
  const [row] = await db.query<ErrorRow>('SELECT * FROM slip_errors WHERE id = $1', [id])
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
  await tx.query(
    `UPDATE slip_errors SET resolved_at = clock_timestamp(), resolution = 'superseded'
     WHERE stage = 'rights' AND resolved_at IS NULL AND detail::jsonb ->> 'file' = $1`,
    [file],
  )
}

/** Keeps what a source could not read. */
export async function addSourceErrors(tx: Connection, errors: readonly SourceError[], host: string): Promise<void> {
  await tx.query(
    `INSERT INTO slip_errors (source, stage, code, class, message, detail, pid, host, error_time)
     SELECT source, 'rights', 'SOURCE_RECORD_INVALID', 'item', left(message, 4000), detail, $4, $5, clock_timestamp()
     FROM unnest($1::text[], $2::text[], $3::text[]) AS d (source, message, detail)`,
    [
      errors.map((error) => error.source),
      errors.map((error) => error.message),
      errors.map((error) => error.detail),
      process.pid,
      host,
    ],
  )
}
