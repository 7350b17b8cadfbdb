import type { Connection } from '../connection.ts'

/**
 * Renews the leases of a worker's claims: one row each, no queue row is touched. A token that does not come back is no
 * longer ours: its items belong to somebody else from now on. Races with the reaper: both lock the slip_claim row first.
 */
const postgres = `
  UPDATE slip_claim c
  SET lease_until = clock_timestamp() + make_interval(secs => t.lease_ms / 1000.0)
  FROM slip_target t
  WHERE t.name = c.target AND c.token = ANY($1)
  RETURNING c.token`

/** Returns the tokens still held. */
export async function renew(db: Connection, tokens: readonly string[]): Promise<Set<string>> {
  const rows = await db.query<{ token: string }>(postgres, [tokens])
  return new Set(rows.map((row) => row.token))
}
