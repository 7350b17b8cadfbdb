import type { Connection } from '../connection.ts'
import { longestDelayMs } from './delay.ts'
import { isRow } from './row-of.ts'
import { slicesOf } from './slices.ts'

/**
 * delayed → ready, by the mover: due rows, and those further away than the longest back-off (the clock was set back).
 * A statement of its own, so that no claim looks at time; SKIP LOCKED, so that it waits for nobody. On MySQL rows are
 * locked in the order of the index slip_queue_delayed: a sort would lock all that are due.
 *
 * On PostgreSQL the two are looked for apart, and the clock is read once for each: the index serves neither an OR in its
 * own order nor a clock that may tell another time for each row, and all that is delayed would be read every second.
 */
const delayed = (when: string, limit: string) => `
    SELECT target, htid FROM slip_queue WHERE state = 2 AND available_at ${when}
    ORDER BY available_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`

const postgres = `
  WITH due AS MATERIALIZED (${delayed('<= (SELECT clock_timestamp())', '$1')}),
  astray AS MATERIALIZED (${delayed(
    `> (SELECT clock_timestamp() + make_interval(secs => ${longestDelayMs / 1000}))`,
    '$1 - (SELECT count(*) FROM due)',
  )})
  UPDATE slip_queue q SET state = 0, available_at = NULL FROM (TABLE due UNION ALL TABLE astray) d
  WHERE ${isRow('q', 'd')} RETURNING 1 AS one`

const mysql = {
  due: `
    SELECT target, htid FROM slip_queue FORCE INDEX (slip_queue_delayed)
    WHERE state = 2 AND (available_at <= NOW(6) OR available_at > NOW(6) + INTERVAL ${longestDelayMs / 1000} SECOND)
    ORDER BY available_at LIMIT ? FOR UPDATE SKIP LOCKED`,
  ready: `
    UPDATE slip_queue FORCE INDEX (PRIMARY) SET state = 0, available_at = NULL WHERE target = ? AND htid IN (?)`,
}

/** Returns how many rows became ready. */
export async function moveDue(tx: Connection, limit: number): Promise<number> {
  return tx.dialect === 'postgres' ? (await tx.query(postgres, [limit])).length : moveMysql(tx, limit)
}

async function moveMysql(tx: Connection, limit: number): Promise<number> {
  const due = await tx.query<{ target: string; htid: string }>(mysql.due, [limit])
  for (const [target, rows] of Map.groupBy(due, (row) => row.target)) {
    for (const slice of slicesOf(rows.map(({ htid }) => htid))) await tx.change(mysql.ready, [target, slice])
  }
  return due.length
}
