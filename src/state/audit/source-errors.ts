import { type Code, errorCodes } from '../../errors/codes.ts'
import { patternOf } from '../../errors/pattern.ts'
import { storableText } from '../../errors/storable-text.ts'
import { databaseClock } from '../clock.ts'
import type { Connection } from '../connection.ts'

/**
 * Errors of source files: they have a source and no target, and their detail names the file. What is wrong with a file
 * stands until the file is read again, or is gone.
 */
export interface SourceError {
  readonly source: string
  readonly code: Code
  readonly message: string
  /** JSON text with `file`, and where it is known `line` and the source text. */
  readonly detail: string
}

const postgres = {
  supersede: `
    UPDATE slip_errors SET resolved_at = clock_timestamp(), resolution = 'superseded'
    WHERE target IS NULL AND stage = 'rights' AND resolved_at IS NULL AND detail::jsonb ->> 'file' = $1`,
  gone: `
    UPDATE slip_errors SET resolved_at = clock_timestamp(), resolution = 'superseded'
    WHERE target IS NULL AND stage = 'rights' AND resolved_at IS NULL AND source = $1
      AND NOT (detail::jsonb ->> 'file' = ANY($2)) AND (detail::jsonb -> 'handed') IS NULL
    RETURNING detail::jsonb ->> 'file' AS file`,
  ofSource: `
    SELECT id, detail::jsonb ->> 'file' AS file, (detail::jsonb -> 'handed') IS NOT NULL AS handed, host FROM slip_errors
    WHERE target IS NULL AND stage = 'rights' AND resolved_at IS NULL AND source = $1 ORDER BY id`,
  forget: `DELETE FROM slip_watermark WHERE stage = 'rights' AND name = ANY($1)`,
  open: `
    SELECT detail::jsonb ->> 'file' AS file, message FROM slip_errors
    WHERE target IS NULL AND stage = 'rights' AND resolved_at IS NULL AND source = $1`,
  add: `
    INSERT INTO slip_errors (source, stage, code, class, message, pattern, detail, pid, host, error_time)
    SELECT source, 'rights', code, class, left(message, 4000), pattern, detail, $7, $8, clock_timestamp()
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
      AS d (source, code, class, message, pattern, detail)
    WHERE NOT EXISTS (
      SELECT 1 FROM slip_errors e WHERE e.target IS NULL AND e.code = d.code AND e.pattern = d.pattern
        AND e.resolved_at IS NULL AND e.source = d.source AND e.message = left(d.message, 4000))`,
}

const mysql = {
  /** Read first: an update that searches would lock what it passes. Errors of a source have no target, and so an index. */
  ofFile: `
    SELECT id FROM slip_errors
    WHERE target IS NULL AND stage = 'rights' AND resolved_at IS NULL
      AND JSON_UNQUOTE(JSON_EXTRACT(detail, '$.file')) = ?
    ORDER BY id`,
  ofSource: `
    SELECT id, JSON_UNQUOTE(JSON_EXTRACT(detail, '$.file')) AS file,
           JSON_EXTRACT(detail, '$.handed') IS NOT NULL AS handed, host FROM slip_errors
    WHERE target IS NULL AND stage = 'rights' AND resolved_at IS NULL AND source = ? ORDER BY id`,
  supersede: `
    UPDATE slip_errors SET resolved_at = SYSDATE(6), resolution = 'superseded'
    WHERE id IN (?) AND resolved_at IS NULL`,
  forget: `DELETE FROM slip_watermark WHERE stage = 'rights' AND name IN (?)`,
  open: `
    SELECT JSON_UNQUOTE(JSON_EXTRACT(detail, '$.file')) AS file, message FROM slip_errors
    WHERE target IS NULL AND stage = 'rights' AND resolved_at IS NULL AND source = ?`,
  known: `
    SELECT message FROM slip_errors
    WHERE target IS NULL AND resolved_at IS NULL AND code IN (?) AND source = ? AND message IN (?)`,
  add: `
    INSERT INTO slip_errors (source, stage, code, class, message, pattern, detail, pid, host, error_time) VALUES ?`,
}

/** Of 8,000 characters and more each: a statement stays far below the 16 MiB a MariaDB accepts as it comes. */
const rowsOfStatement = 100

/** The messages of the errors of a source that stand, by the file in their detail. */
export async function openSourceErrors(db: Connection, source: string): Promise<Map<string, Set<string>>> {
  const { open } = db.dialect === 'postgres' ? postgres : mysql
  const rows = await db.query<{ file: string | null; message: string }>(open, [source])
  const byFile = Map.groupBy(rows, ({ file }) => file ?? '')
  return new Map([...byFile].map(([file, ofFile]) => [file, new Set(ofFile.map(({ message }) => message))]))
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

/** The files, or rows of a database, of which a source has something unresolved. */
export async function filesInError(db: Connection, source: string): Promise<Set<string>> {
  const rows = await readOpen(db, source)
  return new Set(rows.flatMap(({ file }) => file ?? []))
}

/** Of these the files that a person handed to the source, and the host on which that was. */
export async function handedInError(db: Connection, source: string): Promise<Map<string, string>> {
  const rows = await readOpen(db, source)
  return new Map(rows.flatMap(({ file, handed, host }) => (handed && file !== null ? [[file, host ?? '']] : [])))
}

interface OpenError {
  readonly id: number
  readonly file: string | null
  readonly handed: boolean | number
  readonly host: string | null
}

const readOpen = (db: Connection, source: string): Promise<OpenError[]> =>
  db.query<OpenError & Record<string, unknown>>((db.dialect === 'postgres' ? postgres : mysql).ofSource, [source])

/**
 * What was wrong with files that are no more among those of a source is superseded. That such a file was read is
 * forgotten with it: should it come back as it was, so must its errors. Returns how many errors that were.
 */
export async function supersedeGoneFiles(tx: Connection, source: string, files: readonly string[]): Promise<number> {
  const gone = await (tx.dialect === 'postgres'
    ? tx.query<{ file: string }>(postgres.gone, [source, files])
    : supersedeGoneMysql(tx, source, files))
  if (gone.length === 0) return 0
  const names = [...new Set(gone.map(({ file }) => `${source}:${file}`))]
  await tx.change((tx.dialect === 'postgres' ? postgres : mysql).forget, [names])
  return gone.length
}

async function supersedeGoneMysql(tx: Connection, source: string, files: readonly string[]) {
  const listed = new Set(files)
  const gone = (await readOpen(tx, source)).filter(
    (row): row is OpenError & { file: string } => row.file !== null && !row.handed && !listed.has(row.file),
  )
  if (gone.length > 0) await tx.change(mysql.supersede, [gone.map(({ id }) => id)])
  return gone
}

/**
 * Keeps what a source could not give. One that is known already is not kept twice: when the answer to COMMIT was lost
 * the transaction is run again.
 */
export async function addSourceErrors(tx: Connection, told: readonly SourceError[], host: string): Promise<void> {
  if (told.length === 0) return
  // a parser quotes what it could not read
  const errors = told.map((error) => ({ ...error, message: storableText(error.message) }))
  if (tx.dialect === 'mysql') return addMysql(tx, errors, host)
  const column = (of: (error: SourceError) => string) => errors.map(of)
  await tx.change(postgres.add, [
    column(({ source }) => source),
    column(({ code }) => code),
    column(({ code }) => errorCodes[code].class),
    column(({ message }) => message),
    column(({ message }) => patternOf(message)),
    column(({ detail }) => detail),
    process.pid,
    host,
  ])
}

async function addMysql(tx: Connection, errors: readonly SourceError[], host: string): Promise<void> {
  const now = await databaseClock(tx)
  // characters, as the column counts them: a slice of the string could cut one in two
  const kept = errors.map((error) => ({ ...error, message: [...error.message].slice(0, 4_000).join('') }))
  for (let from = 0; from < kept.length; from += rowsOfStatement) {
    const some = kept.slice(from, from + rowsOfStatement)
    for (const [source, ofSource] of Map.groupBy(some, (error) => error.source)) {
      const codes = [...new Set(ofSource.map(({ code }) => code))]
      const values = [codes, source, ofSource.map(({ message }) => message)]
      const known = new Set((await tx.query<{ message: string }>(mysql.known, values)).map(({ message }) => message))
      const rows = ofSource
        .filter(({ message }) => !known.has(message))
        .map(({ code, message, detail }) => {
          const what = [source, 'rights', code, errorCodes[code].class, message, patternOf(message), detail]
          return [...what, process.pid, host, now]
        })
      if (rows.length > 0) await tx.change(mysql.add, [rows])
    }
  }
}
