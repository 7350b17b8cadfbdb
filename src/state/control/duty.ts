import type { Connection } from '../connection.ts'

/**
 * Who does a chore now. A duty is free when expired, or further away than two periods (the clock was set back). What a
 * chore writes, it writes in a transaction that holds its duty row with its own token: a sleeper that wakes after its
 * duty went to another writes nothing.
 *
 * A duty that another holds is seen without a lock: while a chore runs its duty row is locked, and no loop waits for that.
 */
const postgres = {
  take: `
    INSERT INTO slip_duty AS d (name, token, until)
    SELECT $1::varchar, $2::uuid, clock_timestamp() + make_interval(secs => $3::float8 / 1000)
    WHERE NOT EXISTS (
      SELECT 1 FROM slip_duty WHERE name = $1 AND token <> $2
        AND until BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(secs => $3::float8 * 2 / 1000))
    ON CONFLICT (name) DO UPDATE SET token = EXCLUDED.token, until = EXCLUDED.until
      WHERE d.until < clock_timestamp() OR d.token = $2
         OR d.until > clock_timestamp() + make_interval(secs => $3::float8 * 2 / 1000)
    RETURNING 1 AS one`,
  hold: 'SELECT 1 FROM slip_duty WHERE name = $1 AND token = $2 FOR UPDATE',
}

/** True when the duty is ours for the next `periodMs` milliseconds. */
export async function takeDuty(db: Connection, name: string, token: string, periodMs: number): Promise<boolean> {
  return (await db.query(postgres.take, [name, token, periodMs])).length > 0
}

/** Locks the duty row until the end of the transaction; false = it is another's. */
export async function holdDuty(tx: Connection, name: string, token: string): Promise<boolean> {
  return (await tx.query(postgres.hold, [name, token])).length > 0
}
