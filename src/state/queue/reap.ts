import { errorCodes } from '../../errors/codes.ts'
import type { Connection } from '../connection.ts'
import { closeClaim, lockRows, movedOn, own, released } from './exit.ts'

/**
 * claimed → ready, by the reaper: a claim whose lease has expired, or lies further away than two leases (the clock was
 * set back). The attempt is given back, a strike is counted, the row is unproven (its post may have arrived) and goes
 * to lane 0, alone: a volume that kills its process must not burn its neighbours. The fourth strike is error LEASE_LOST.
 *
 * Races: the claim row is locked and its lease looked at again under the lock, so a renewal that came first wins, and a
 * settle that came first has deleted it.
 */
const strikesAllowed = 4

const postgres = {
  expired: `
    SELECT c.token, c.target, c.htids FROM slip_claim c JOIN slip_target t ON t.name = c.target
    WHERE c.lease_until < clock_timestamp()
       OR c.lease_until > clock_timestamp() + make_interval(secs => t.lease_ms * 2 / 1000.0)
    ORDER BY c.lease_until LIMIT $1 FOR UPDATE OF c SKIP LOCKED`,
  /** Claimed rows whose token has no claim row: a hand edit or a restore. */
  orphans: `
    SELECT target, claim_token AS token, array_agg(htid) AS htids FROM slip_queue q
    WHERE state = 1 AND NOT EXISTS (SELECT 1 FROM slip_claim c WHERE c.token = q.claim_token)
    GROUP BY target, claim_token LIMIT $1`,
  release: `
    WITH ${own},
    ${movedOn(', strikes = q.strikes + 1, unproven = true, lane = 0')},
    struck AS MATERIALIZED (SELECT * FROM own WHERE gen = claimed_gen),
    ready AS (
      UPDATE slip_queue q
      SET state = 0, attempts = q.attempts - 1, strikes = q.strikes + 1, unproven = true, lane = 0, ${released}
      FROM struck WHERE q.target = $1 AND q.htid = struck.htid AND struck.strikes + 1 < ${strikesAllowed}),
    final AS MATERIALIZED (SELECT * FROM struck WHERE strikes + 1 >= ${strikesAllowed}),
    ledger AS (
      INSERT INTO slip_indexed AS l (target, htid, shard, rev, fence, presence, time)
      SELECT $1, htid, shard, 0, fence, 'absent', clock_timestamp() FROM final ORDER BY htid
      ON CONFLICT (target, htid) DO UPDATE
        SET shard = CASE WHEN EXCLUDED.shard > 0 THEN EXCLUDED.shard ELSE l.shard END, fence = greatest(l.fence, EXCLUDED.fence)),
    superseded AS (
      UPDATE slip_errors e SET resolved_at = clock_timestamp(), resolution = 'superseded'
      FROM final WHERE e.target = $1 AND e.htid = final.htid AND e.resolved_at IS NULL RETURNING 1),
    failed AS (
      INSERT INTO slip_errors (target, htid, rev, shard, stage, code, class, message, attempts, pid, host, error_time)
      SELECT $1, htid, claimed_rev, shard, 'index', 'LEASE_LOST', 'item', $4, attempts - 1, pid, host, clock_timestamp()
      FROM final, (SELECT count(*) FROM superseded) AS after_superseded),
    gone AS (DELETE FROM slip_queue q USING final WHERE q.target = $1 AND q.htid = final.htid)
    SELECT htid FROM own`,
}

interface Expired {
  token: string
  target: string
  htids: string[]
}

/** Returns how many queue rows were released. `limit` claims at most. */
export async function reap(tx: Connection, limit: number): Promise<number> {
  const claims = await tx.query<Expired>(postgres.expired, [limit])
  return release(tx, claims)
}

/** As reap, for claimed rows without a claim; slow, run by the sweep. */
export async function reapOrphans(tx: Connection, limit: number): Promise<number> {
  return release(tx, await tx.query<Expired>(postgres.orphans, [limit]))
}

async function release(tx: Connection, claims: readonly Expired[]): Promise<number> {
  let released = 0
  if (claims.length > 1)
    await lockRows(
      tx,
      claims,
      claims.flatMap(({ htids }) => htids),
    )
  for (const { token, target, htids } of claims) {
    const rows = await tx.query(postgres.release, [target, token, htids, errorCodes.LEASE_LOST.means])
    await closeClaim(tx, { token, target })
    released += rows.length
  }
  return released
}
