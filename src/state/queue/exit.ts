import type { Connection } from '../connection.ts'

/**
 * What every exit from claimed shares. The slip_claim row is locked first (a reaper or a renewal waits or goes before
 * us), the queue rows next in id order, and the exit after which none of the claim's items carries its token deletes
 * the claim row in the same transaction.
 */
export interface Held {
  readonly token: string
  readonly target: string
}

/** Locks the claim; false = it was reaped: nothing of it is ours, and no table may be changed. */
export async function lockClaim(tx: Connection, { token }: Held): Promise<boolean> {
  const rows = await tx.query('SELECT 1 FROM slip_claim WHERE token = $1 FOR UPDATE', [token])
  return rows.length > 0
}

/**
 * Locks the rows that several exit statements of one transaction will take, in id order: each of those locks its own in
 * order, together they would not, and an enqueue of the same items could deadlock with them.
 */
export async function lockRows(tx: Connection, held: readonly Held[], htids: readonly string[]): Promise<void> {
  await tx.query(
    `SELECT 1 FROM slip_queue WHERE target = ANY($1) AND htid = ANY($2) AND claim_token = ANY($3)
     ORDER BY target, htid FOR UPDATE`,
    [[...new Set(held.map(({ target }) => target))], htids, held.map(({ token }) => token)],
  )
}

/** Deletes the claim row once no queue row carries the token any more. */
export async function closeClaim(tx: Connection, { token, target }: Held): Promise<void> {
  await tx.query(
    `DELETE FROM slip_claim c WHERE c.token = $1
     AND NOT EXISTS (SELECT 1 FROM slip_queue q WHERE q.target = $2 AND q.htid = ANY(c.htids) AND q.claim_token = $1)`,
    [token, target],
  )
}

/** The rows of ids $3 that still carry token $2 in target $1, locked in id order. */
export const own = `
own AS MATERIALIZED (
  SELECT q.htid, q.lane, q.shard, q.rev, q.gen, q.claimed_rev, q.claimed_gen, q.fence, q.attempts, q.strikes, q.pid, q.host
  FROM slip_queue q
  WHERE q.target = $1 AND q.htid = ANY($3) AND q.claim_token = $2 ORDER BY q.htid FOR UPDATE)`

/** SET list of a row that leaves its claim; `state` is set beside it. */
export const released = 'claim_token = NULL, claimed_rev = NULL, claimed_gen = NULL, pid = NULL, host = NULL'

/**
 * A request came during the claim: the row becomes ready again with all its attempts, whatever the exit was. `alsoSet`
 * is what this exit changes besides.
 */
export const movedOn = (alsoSet = '') => `
moved AS (
  UPDATE slip_queue q SET state = 0, attempts = 0, ${released}${alsoSet}
  FROM own WHERE q.target = $1 AND q.htid = own.htid AND own.gen <> own.claimed_gen)`
