import { databaseClock } from '../clock.ts'
import type { Connection } from '../connection.ts'
import { readWatermark } from '../control/watermark.ts'
import { noteMove } from '../control/watermark-history.ts'
import { enqueueChanged } from './enqueue.ts'

/**
 * The watermark rule (state-machine.md, Rules): T0 is the database clock before the first page; rights rows with
 * insert_time in [from, greatest(T0, from)] are read in pages by (insert_time, htid); after each page the watermark is
 * min(last insert_time of the page, T0 − overlap), at the end T0 − overlap, never back, in the page's own transaction. A
 * transaction that stamped its rows before T0 and commits after our page is caught by the next read of the overlap.
 *
 * Races: of two readers of one target neither moves the watermark back. A person who sets it back wants what lies behind
 * it read again: a reader moves it on only from where it last saw it, or further, and finding it behind that it begins
 * anew from there. Quick passes read from the end of the pass before and would else carry it over what was asked for.
 */
export interface Pass {
  readonly target: string
  /** Database clock when it began. */
  readonly t0: string
  /** Database clock when the last pass over the whole overlap began: this one, or one before a quick one. */
  readonly wholeAt: string
  readonly overlapMs: number
  /** Last row read; the next page starts behind it. */
  readonly after: { readonly time: string; readonly htid: string }
  /** Where this reader last saw the watermark; null = there was none. */
  readonly known: string | null
  /** By the pages before. */
  readonly enqueued: number
}

export interface Page {
  readonly read: number
  readonly enqueued: number
  readonly watermark: string
  /** Where to go on; null = the pass is over. */
  readonly next: Pass | null
  /** A person set the watermark back meanwhile, or took it away: the next pass starts from the stored one. */
  readonly setBack: boolean
}

/** Starts a pass over the whole overlap, from the stored watermark. */
export async function startPass(db: Connection, target: string, overlapMs: number): Promise<Pass> {
  const known = await readWatermark(db, 'enqueue', target)
  const time = known ?? statements[db.dialect].beginning
  const t0 = await databaseClock(db)
  return { target, t0, wholeAt: t0, overlapMs, after: { time, htid: '' }, known, enqueued: 0 }
}

/**
 * Starts the next pass after one that was read to its end: a quick one, from 10 s before its T0, or a whole one when the
 * last of those began a fifth of the overlap ago, however long this process slept since: what was committed late lies
 * behind a quick pass, and its watermark would go past that. So it would after a clock set back, when new rows are stamped
 * with the watermark.
 */
export async function startNextPass(db: Connection, before: Pass): Promise<Pass> {
  const [row] = await db.query<{ now: string; from: string; whole: boolean | number }>(statements[db.dialect].next, [
    before.t0,
    before.t0,
    before.wholeAt,
    before.overlapMs / 5,
  ])
  if (row === undefined || row.whole) return startPass(db, before.target, before.overlapMs)
  return { ...before, t0: row.now, after: { time: row.from, htid: '' }, enqueued: 0 }
}

/**
 * The newest watermark of any target: with it, and no earlier, rows are stamped while the clock is behind it (takeStamp), which
 * was set back. So a target whose own is older reads up to there as well.
 */
const newest = `(SELECT max(value::timestamptz) FROM slip_watermark WHERE stage = 'enqueue')`
const newestMysql = `COALESCE((SELECT MAX(CAST(value AS DATETIME(6))) FROM slip_watermark WHERE stage = 'enqueue'), '1970-01-01')`

const postgres = {
  beginning: '1970-01-01 00:00:00+00',
  next: `
    SELECT clock_timestamp() AS now, $1::timestamptz - interval '10 seconds' AS from,
           clock_timestamp() < $2::timestamptz
             OR clock_timestamp() >= $3::timestamptz + make_interval(secs => $4::float8 / 1000) AS whole`,
  page: `
    SELECT htid, insert_time FROM slip_rights
    WHERE (insert_time, htid) > ($1::timestamptz, $2) AND insert_time <= greatest($3::timestamptz, $1::timestamptz, ${newest})
    ORDER BY insert_time, htid LIMIT $4`,
  first: `
    INSERT INTO slip_watermark AS w (stage, name, value, cycle_at, updated_at)
    SELECT 'enqueue', $1, least(coalesce($2::timestamptz, 'infinity'), $3::timestamptz - make_interval(secs => $4::float8 / 1000))::text,
           CASE WHEN $5 THEN clock_timestamp() END, clock_timestamp()
    ON CONFLICT (stage, name) DO UPDATE
      SET value = greatest(w.value::timestamptz, EXCLUDED.value::timestamptz)::text,
          cycle_at = coalesce(EXCLUDED.cycle_at, w.cycle_at), updated_at = EXCLUDED.updated_at`,
  /** Compared under the row lock: of two readers of one target the slower one moves nothing back. */
  advance: `
    UPDATE slip_watermark
    SET value = greatest(value::timestamptz, least(coalesce($2::timestamptz, 'infinity'),
                         $3::timestamptz - make_interval(secs => $4::float8 / 1000)))::text,
        cycle_at = CASE WHEN $5 THEN clock_timestamp() ELSE cycle_at END, updated_at = clock_timestamp()
    WHERE stage = 'enqueue' AND name = $1 AND value::timestamptz >= $6::timestamptz`,
}

const mysqlBound = `
  LEAST(COALESCE(CAST(? AS DATETIME(6)), CAST('9999-12-31' AS DATETIME(6))),
        CAST(? AS DATETIME(6)) - INTERVAL ? * 1000 MICROSECOND)`
const mysql = {
  beginning: '1970-01-01 00:00:00.000000',
  next: `
    SELECT SYSDATE(6) AS now, CAST(? AS DATETIME(6)) - INTERVAL 10 SECOND AS \`from\`,
           SYSDATE(6) < CAST(? AS DATETIME(6))
             OR SYSDATE(6) >= CAST(? AS DATETIME(6)) + INTERVAL ? * 1000 MICROSECOND AS whole`,
  /** The row comparison written out as two ranges of the index: MySQL would read it from its beginning. */
  page: `
    SELECT htid, insert_time FROM slip_rights FORCE INDEX (slip_rights_insert_time)
    WHERE insert_time = ? AND htid > ?
       OR insert_time > ? AND insert_time <= GREATEST(CAST(? AS DATETIME(6)), CAST(? AS DATETIME(6)), ${newestMysql})
    ORDER BY insert_time, htid LIMIT ?`,
  first: `
    INSERT INTO slip_watermark (stage, name, value, cycle_at, updated_at)
    VALUES ('enqueue', ?, ${mysqlBound}, IF(?, SYSDATE(6), NULL), SYSDATE(6))
    ON DUPLICATE KEY UPDATE
      value = GREATEST(CAST(value AS DATETIME(6)), CAST(VALUES(value) AS DATETIME(6))),
      cycle_at = COALESCE(VALUES(cycle_at), cycle_at), updated_at = VALUES(updated_at)`,
  advance: `
    UPDATE slip_watermark
    SET value = GREATEST(CAST(value AS DATETIME(6)), ${mysqlBound}),
        cycle_at = IF(?, SYSDATE(6), cycle_at), updated_at = SYSDATE(6)
    WHERE stage = 'enqueue' AND name = ? AND CAST(value AS DATETIME(6)) >= CAST(? AS DATETIME(6))`,
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
  const moved = await advance(tx, pass, whole ? null : (last?.insert_time ?? null), whole)
  const watermark = (await readWatermark(tx, 'enqueue', pass.target)) ?? ''
  const sum = pass.enqueued + enqueued
  if (whole && sum > 0) await noteMove(tx, { stage: 'enqueue', name: pass.target, value: watermark, movedBy: 'pass' })
  const goesOn = moved && !whole && last !== undefined
  const after = { time: last?.insert_time ?? '', htid: last?.htid ?? '' }
  const next = goesOn ? { ...pass, after, known: watermark, enqueued: sum } : null
  return { read: rows.length, enqueued, watermark, next, setBack: !moved }
}

async function readPage(tx: Connection, { after: { time, htid }, t0 }: Pass, size: number) {
  const values = tx.dialect === 'postgres' ? [time, htid, t0, size] : [time, htid, time, t0, time, size]
  return tx.query<{ htid: string; insert_time: string }>(statements[tx.dialect].page, values)
}

/**
 * Moves the watermark to `bound` (null = the end was reached), never beyond T0 − overlap and never back; false = it lies
 * behind where this reader saw it.
 */
async function advance(tx: Connection, pass: Pass, bound: string | null, whole: boolean): Promise<boolean> {
  const { target, t0, overlapMs, known } = pass
  const { first, advance } = statements[tx.dialect]
  if (known === null) {
    await tx.change(first, [target, bound, t0, overlapMs, whole])
    return true
  }
  const values =
    tx.dialect === 'postgres'
      ? [target, bound, t0, overlapMs, whole, known]
      : [bound, t0, overlapMs, whole, target, known]
  return (await tx.change(advance, values)) > 0
}
