import { databaseClock } from '../clock.ts'
import type { Connection } from '../connection.ts'
import { readWatermark } from '../control/watermark.ts'
import { enqueueChanged } from './enqueue.ts'

/**
 * The watermark rule (state-machine.md, Rules): T0 is the database clock before the first page; rights rows with
 * insert_time in [from, greatest(T0, from)] are read in pages by (insert_time, htid); after each page the watermark is
 * min(last insert_time of the page, T0 − overlap), at the end T0 − overlap, never back, in the page's own transaction. A
 * transaction that stamped its rows before T0 and commits after our page is caught by the next read of the overlap.
 */
export interface Pass {
  readonly target: string
  /** Database clock when it began. */
  readonly t0: string
  readonly overlapMs: number
  /** Last row read; the next page starts behind it. */
  readonly after: { readonly time: string; readonly htid: string }
}

export interface Page {
  readonly read: number
  readonly enqueued: number
  readonly watermark: string
  /** Where to go on; null = the pass is over. */
  readonly next: Pass | null
}

/** Starts a pass over the whole overlap, from the stored watermark. */
export async function startPass(db: Connection, target: string, overlapMs: number): Promise<Pass> {
  const time = (await readWatermark(db, 'enqueue', target)) ?? statements[db.dialect].beginning
  return { target, t0: await databaseClock(db), overlapMs, after: { time, htid: '' } }
}

/** Starts a quick pass: from 10 s before the T0 of the pass before, which was read to its end. */
export async function startQuickPass(db: Connection, before: Pass): Promise<Pass> {
  const [row] = await db.query<{ now: string; from: string }>(statements[db.dialect].quick, [before.t0])
  return { ...before, t0: row?.now ?? '', after: { time: row?.from ?? '', htid: '' } }
}

const postgres = {
  beginning: '1970-01-01 00:00:00+00',
  quick: `SELECT clock_timestamp() AS now, $1::timestamptz - interval '10 seconds' AS from`,
  page: `
    SELECT htid, insert_time FROM slip_rights
    WHERE (insert_time, htid) > ($1::timestamptz, $2) AND insert_time <= greatest($3::timestamptz, $1::timestamptz)
    ORDER BY insert_time, htid LIMIT $4`,
  /** Compared under the row lock: of two readers of one target the slower one moves nothing back. */
  advance: `
    INSERT INTO slip_watermark AS w (stage, name, value, cycle_at, updated_at)
    SELECT 'enqueue', $1, least(coalesce($2::timestamptz, 'infinity'), $3::timestamptz - make_interval(secs => $4::float8 / 1000))::text,
           CASE WHEN $5 THEN clock_timestamp() END, clock_timestamp()
    ON CONFLICT (stage, name) DO UPDATE
      SET value = greatest(w.value::timestamptz, EXCLUDED.value::timestamptz)::text,
          cycle_at = coalesce(EXCLUDED.cycle_at, w.cycle_at), updated_at = EXCLUDED.updated_at
    RETURNING value`,
}

const mysql = {
  beginning: '1970-01-01 00:00:00.000000',
  quick: 'SELECT SYSDATE(6) AS now, CAST(? AS DATETIME(6)) - INTERVAL 10 SECOND AS `from`',
  /** The row comparison written out as two ranges of the index: MySQL would read it from its beginning. */
  page: `
    SELECT htid, insert_time FROM slip_rights FORCE INDEX (slip_rights_insert_time)
    WHERE insert_time = ? AND htid > ?
       OR insert_time > ? AND insert_time <= GREATEST(CAST(? AS DATETIME(6)), CAST(? AS DATETIME(6)))
    ORDER BY insert_time, htid LIMIT ?`,
  advance: `
    INSERT INTO slip_watermark (stage, name, value, cycle_at, updated_at)
    VALUES ('enqueue', ?,
            LEAST(COALESCE(CAST(? AS DATETIME(6)), CAST('9999-12-31' AS DATETIME(6))),
                  CAST(? AS DATETIME(6)) - INTERVAL ? * 1000 MICROSECOND),
            IF(?, SYSDATE(6), NULL), SYSDATE(6))
    ON DUPLICATE KEY UPDATE
      value = GREATEST(CAST(value AS DATETIME(6)), CAST(VALUES(value) AS DATETIME(6))),
      cycle_at = COALESCE(VALUES(cycle_at), cycle_at), updated_at = VALUES(updated_at)`,
}

const statements = { postgres, mysql }

/** Reads one page, enqueues what is new in it and moves the watermark, all in the given transaction. */
export async function followPage(tx: Connection, pass: Pass, size: number): Promise<Page> {
  const rows = await readPage(tx, pass, size)
  const enqueued =
    rows.length === 0
      ? 0
      : await enqueueChanged(
          tx,
          pass.target,
          rows.map((row) => row.htid),
          { lane: 'daily', reason: 'changed' },
        )
  const last = rows.at(-1)
  const whole = rows.length < size
  const bound = whole ? null : (last?.insert_time ?? null)
  const watermark = await advance(tx, pass, bound, whole)
  const next = whole || !last ? null : { ...pass, after: { time: last.insert_time, htid: last.htid } }
  return { read: rows.length, enqueued, watermark, next }
}

async function readPage(tx: Connection, { after: { time, htid }, t0 }: Pass, size: number) {
  const values = tx.dialect === 'postgres' ? [time, htid, t0, size] : [time, htid, time, t0, time, size]
  return tx.query<{ htid: string; insert_time: string }>(statements[tx.dialect].page, values)
}

/** Moves the watermark to `bound` (null = the end was reached), never beyond T0 − overlap; returns where it then is. */
async function advance(tx: Connection, pass: Pass, bound: string | null, whole: boolean): Promise<string> {
  const values = [pass.target, bound, pass.t0, pass.overlapMs, whole]
  if (tx.dialect === 'postgres') {
    const [row] = await tx.query<{ value: string }>(postgres.advance, values)
    return row?.value ?? ''
  }
  await tx.change(mysql.advance, values)
  return (await readWatermark(tx, 'enqueue', pass.target)) ?? ''
}
