import type { Connection } from '../connection.ts'
import { longestDelayMs } from './delay.ts'

/**
 * delayed → ready, by the mover: due rows, and those further away than the longest back-off (the clock was set back).
 * A statement of its own, so that no claim looks at time; SKIP LOCKED, so that it waits for nobody.
 */
const postgres = `
  WITH due AS MATERIALIZED (
    SELECT target, htid FROM slip_queue
    WHERE state = 2 AND (available_at <= clock_timestamp()
      OR available_at > clock_timestamp() + make_interval(secs => ${longestDelayMs / 1000}))
    ORDER BY available_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  UPDATE slip_queue q SET state = 0, available_at = NULL FROM due
  WHERE q.target = due.target AND q.htid = due.htid RETURNING 1 AS one`

/** Returns how many rows became ready. */
export async function moveDue(tx: Connection, limit: number): Promise<number> {
  return (await tx.query(postgres, [limit])).length
}
