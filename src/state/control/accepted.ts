import type { Database } from '../connection.ts'

/**
 * When a shard was last seen to take a document, as a lower bound: the time at which what it took was claimed, which was
 * before it was sent. What failed before that time failed though the shard goes on. `src/state/queue/suspect.ts` asks.
 * Where nothing else is to be done, it is the marker that the shard takes (`src/state/restore/shard-state.ts`).
 *
 * Who settles writes it, every few seconds at most, while the claim is still there. A transaction of its own, one row, and
 * nobody is waited for: where another has the row, what he writes is as good. A time ahead of the clock, which was set back,
 * is overwritten.
 */
const postgres = `
  WITH free AS MATERIALIZED (
    SELECT target, shard FROM slip_shard WHERE target = $1 AND shard = $2 FOR UPDATE SKIP LOCKED)
  UPDATE slip_shard s SET accepted_at = c.claimed_at FROM free, slip_claim c
  WHERE s.target = free.target AND s.shard = free.shard AND c.token = $3
    AND coalesce(s.accepted_at < c.claimed_at OR s.accepted_at > clock_timestamp(), true)`

const mysql = {
  claimed: 'SELECT claimed_at AS at FROM slip_claim WHERE token = ?',
  free: 'SELECT 1 FROM slip_shard FORCE INDEX (PRIMARY) WHERE target = ? AND shard = ? FOR UPDATE SKIP LOCKED',
  write: `
    UPDATE slip_shard FORCE INDEX (PRIMARY)
    SET accepted_at = IF(accepted_at > SYSDATE(6), ?, GREATEST(COALESCE(accepted_at, '1970-01-01'), ?))
    WHERE target = ? AND shard = ?`,
}

/** The shard has taken a document of this claim. Of a claim that was reaped nothing is known any more. */
export async function noteAccepted(
  db: Database,
  { target, token }: { readonly target: string; readonly token: string },
  shard: number,
): Promise<void> {
  if (db.dialect === 'postgres') {
    await db.change(postgres, [target, shard, token])
    return
  }
  const [claim] = await db.query<{ at: string }>(mysql.claimed, [token])
  if (claim === undefined) return
  await db.transaction(async (tx) => {
    const free = await tx.query(mysql.free, [target, shard])
    if (free.length > 0) await tx.change(mysql.write, [claim.at, claim.at, target, shard])
  })
}
