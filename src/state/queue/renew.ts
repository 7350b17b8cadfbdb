import type { Connection } from '../connection.ts'

/**
 * Renews the leases of a worker's claims: one row each, no queue row is touched. A token that does not come back is no
 * longer ours: its items belong to somebody else from now on. Races with the reaper: both lock the slip_claim row first.
 *
 * MySQL cannot say which rows an update found, so it is asked afterwards which are there: those were renewed, for a token
 * that has gone never comes again.
 */
const postgres = `
  UPDATE slip_claim c
  SET lease_until = clock_timestamp() + make_interval(secs => t.lease_ms / 1000.0)
  FROM slip_target t
  WHERE t.name = c.target AND c.token = ANY($1)
  RETURNING c.token`

const mysql = {
  renew: `
    UPDATE slip_claim FORCE INDEX (PRIMARY)
    SET lease_until = SYSDATE(6) +
      INTERVAL (SELECT t.lease_ms * 1000 FROM slip_target t WHERE t.name = slip_claim.target) MICROSECOND
    WHERE token IN (?)`,
  held: 'SELECT token FROM slip_claim WHERE token IN (?)',
}

/** Returns the tokens still held. */
export async function renew(db: Connection, tokens: readonly string[]): Promise<Set<string>> {
  const rows = db.dialect === 'postgres' ? await db.query<Row>(postgres, [tokens]) : await renewMysql(db, tokens)
  return new Set(rows.map((row) => row.token))
}

interface Row extends Record<string, unknown> {
  readonly token: string
}

async function renewMysql(db: Connection, tokens: readonly string[]): Promise<Row[]> {
  if (tokens.length === 0) return []
  await db.change(mysql.renew, [tokens])
  return db.query<Row>(mysql.held, [tokens])
}
