import type { Connection } from '../connection.ts'
import { commandDutyMs } from '../control/duty.ts'

/**
 * A source that a person has read by slipctl is under a duty of its own. slip-rights passes over it meanwhile: nothing would
 * be wrong if both read it, but it would be read twice. Another slipctl may not have it: one that withdraws what it did not
 * see forgets what the other has seen. A slipctl that was killed is forgotten when its duty ends.
 */
const prefix = 'source:'

const statements = {
  postgres: `
    SELECT name FROM slip_duty
    WHERE name LIKE 'source:%' AND until BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(secs => $1::float8 * 2 / 1000)`,
  mysql: `
    SELECT name FROM slip_duty
    WHERE name LIKE 'source:%' AND until BETWEEN SYSDATE(6) AND SYSDATE(6) + INTERVAL ? * 2000 MICROSECOND`,
}

/** The duty of who has a source in hand. */
export const sourceDuty = (source: string): string => prefix + source

/** The sources that somebody has in hand. */
export async function sourcesInHand(db: Connection): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>(statements[db.dialect], [commandDutyMs])
  return new Set(rows.map(({ name }) => name.slice(prefix.length)))
}
