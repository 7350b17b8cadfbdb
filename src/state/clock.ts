import { SlipError } from '../errors/slip-error.ts'
import type { Connection } from './connection.ts'

const postgres = {
  clock: 'SELECT clock_timestamp() AS now',
  microseconds: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now',
  stamp: `
    SELECT greatest(clock_timestamp(), (SELECT max(value::timestamptz) FROM slip_watermark WHERE stage = 'enqueue')) AS time,
           (SELECT min(overlap_ms) FROM slip_target) AS overlap`,
  late: 'SELECT clock_timestamp() > $1::timestamptz + make_interval(secs => $2::float8 / 1000) AS late',
}

/** SYSDATE: NOW is the start of a statement, and a statement may have waited. GREATEST with a NULL would be NULL. */
const mysql = {
  clock: 'SELECT SYSDATE(6) AS now',
  microseconds: `SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', SYSDATE(6)) AS now`,
  stamp: `
    SELECT GREATEST(SYSDATE(6), COALESCE((SELECT MAX(CAST(value AS DATETIME(6))) FROM slip_watermark WHERE stage = 'enqueue'),
                                         '1970-01-01')) AS time,
           (SELECT MIN(overlap_ms) FROM slip_target) AS overlap`,
  late: 'SELECT SYSDATE(6) > CAST(? AS DATETIME(6)) + INTERVAL ? * 1000 MICROSECOND AS late',
}

const statements = { postgres, mysql }

/** The database's clock as timestamp text with microseconds: the only clock SLIP compares with. */
export async function databaseClock(db: Connection): Promise<string> {
  const [row] = await db.query<{ now: string }>(statements[db.dialect].clock)
  return row?.now ?? ''
}

/** The same in microseconds since 1970, as fences and markers are. */
export async function clockMicroseconds(db: Connection): Promise<number> {
  const [row] = await db.query<{ now: number }>(statements[db.dialect].microseconds)
  return row?.now ?? 0
}

export interface Stamp {
  /** What the rows of this transaction carry as insert_time. */
  readonly time: string
  readonly limitMs: number
}

/**
 * The insert_time of a rights transaction: the database clock, but never behind the highest enqueue watermark, so that
 * a clock set back hides no change (state-machine.md, Transitions, first row).
 */
export async function takeStamp(tx: Connection): Promise<Stamp> {
  const [row] = await tx.query<{ time: string; overlap: number | null }>(statements[tx.dialect].stamp)
  return { time: row?.time ?? '', limitMs: (row?.overlap ?? 300_000) / 2 }
}

/**
 * Called last before COMMIT: a transaction that took longer than half the smallest overlap is rolled back, for the
 * watermark may have passed its stamp. Throws DATABASE_UNAVAILABLE, so that the block is done again.
 */
export async function assertFresh(tx: Connection, stamp: Stamp): Promise<void> {
  const [row] = await tx.query<{ late: boolean | number }>(statements[tx.dialect].late, [stamp.time, stamp.limitMs])
  if (row?.late) {
    throw new SlipError(
      'DATABASE_UNAVAILABLE',
      `a rights transaction took longer than ${stamp.limitMs} ms, half the overlap; it is rolled back and done again`,
    )
  }
}
