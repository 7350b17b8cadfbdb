import type { Connection } from '../connection.ts'
import type { Claim } from './claim.ts'
import { asked, isRow } from './row-of.ts'

/**
 * Whether a transaction whose COMMIT was not answered has taken these items out of their claim: run again, it finds
 * nothing of its own, as if they had been reaped. What it wrote bears the claim's fence, which no other claim has: the
 * ledger of what was settled or ended in error, the queue row of what was delayed or handed back. A row the reaper took
 * bears it too, but is unproven and not delayed; so for an item that was unproven and is handed back the answer is no.
 */
const postgres = `
  WITH ${asked('$1', '$2::text[]')}
  SELECT 1 AS one FROM asked JOIN slip_indexed l ON ${isRow('l', 'asked')} WHERE l.fence = $3
  UNION ALL
  SELECT 1 FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')}
  WHERE q.fence = ANY($4) AND q.claim_token IS NULL AND (q.state = 2 OR NOT q.unproven)
  LIMIT 1`

const mysql = `
  SELECT 1 AS one FROM slip_indexed WHERE target = ? AND htid IN (?) AND fence = ?
  UNION ALL
  SELECT 1 FROM slip_queue WHERE target = ? AND htid IN (?) AND fence IN (?) AND claim_token IS NULL
    AND (state = 2 OR NOT unproven)
  LIMIT 1`

/** @param raised fences the engine refused ours for: rows handed back have taken them over */
export async function wasSettled(
  db: Connection,
  { target, fence }: Pick<Claim, 'target' | 'fence'>,
  htids: readonly string[],
  raised: readonly number[],
): Promise<boolean> {
  const fences = [fence, ...raised]
  const values =
    db.dialect === 'postgres' ? [target, htids, fence, fences] : [target, htids, fence, target, htids, fences]
  return (await db.query(db.dialect === 'postgres' ? postgres : mysql, values)).length > 0
}
