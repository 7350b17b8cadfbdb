import { SlipError } from '../errors/slip-error.ts'
import type { Connection } from './connection.ts'

/** The database's clock as timestamp text with microseconds: the only clock SLIP compares with. */
export async function databaseClock(db: Connection): Promise<string> {
  const [row] = await db.query<{ now: string }>('SELECT clock_timestamp() AS now')
  return row?.now ?? ''
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
  const [row] = await tx.query<{ time: string; overlap: number | null }>(
    `SELECT greatest(clock_timestamp(), (SELECT max(value::timestamptz) FROM slip_watermark WHERE stage = 'enqueue')) AS time,
            (SELECT min(overlap_ms) FROM slip_target) AS overlap`,
  )
  return { time: row?.time ?? '', limitMs: (row?.overlap ?? 300_000) / 2 }
}

/**
 * Called last before COMMIT: a transaction that took longer than half the smallest overlap is rolled back, for the
 * watermark may have passed its stamp. Throws DATABASE_UNAVAILABLE, so that the block is done again.
 */
export async function assertFresh(tx: Connection, stamp: Stamp): Promise<void> {
  const [row] = await tx.query<{ late: boolean }>(
    `SELECT clock_timestamp() > $1::timestamptz + make_interval(secs => $2) AS late`,
    [stamp.time, stamp.limitMs / 1000],
  )
  if (row?.late) {
    throw new SlipError(
      'DATABASE_UNAVAILABLE',
      `a rights transaction took longer than ${stamp.limitMs} ms, half the overlap; it is rolled back and done again`,
    )
  }
}
