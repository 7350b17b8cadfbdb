import { randomUUID } from 'node:crypto'
import type { Connection, Database } from '../connection.ts'
import { type Claim, type ClaimRequest, claim } from './claim.ts'
import { type AlongRequest, type ClaimedRow, claimAlong, claimsOf, tokened } from './claim-along.ts'
import { isRow, withLedger } from './row-of.ts'

/**
 * A claim in a transaction of its own, which on PostgreSQL is its one statement. When the answer to COMMIT is lost the
 * transaction is run again, and rows may lie claimed under a token nobody knows: they would wait for the reaper and bear
 * a strike for it. So each further run looks first for what a run before it claimed.
 */
export async function claimOnce(db: Database, request: ClaimRequest): Promise<Claim> {
  const [claimed] = await once(db, request.bucket.target, (tx, tell) => {
    const token = randomUUID()
    tell([token])
    return claim(tx, request, token).then((one) => [one])
  })
  return claimed as Claim
}

/** The same of claims along with another target's. */
export function claimAlongOnce(db: Database, request: AlongRequest): Promise<Claim[]> {
  return once(db, request.target, (tx, tell) => {
    const buckets = tokened(request.open)
    tell(buckets.map(({ token }) => token))
    return claimAlong(tx, request, buckets)
  })
}

function once(
  db: Database,
  target: string,
  work: (tx: Connection, tell: (tokens: readonly string[]) => void) => Promise<Claim[]>,
): Promise<Claim[]> {
  const tokens: string[] = []
  const run = db.dialect === 'postgres' ? db.statement : db.transaction
  return run(async (tx) => {
    const found = tokens.length === 0 ? [] : await findClaims(tx, target, tokens)
    return found.length > 0 ? found : work(tx, (more) => tokens.push(...more))
  })
}

const postgres = `
  SELECT c.token, c.lane, q.htid, q.ctid AS place, q.action, q.shard, q.claimed_rev AS rev, q.attempts, q.unproven, q.seq,
         q.fence, coalesce(q.waive, l.waived) AS waived
  FROM (SELECT token, lane, target, unnest(htids) AS htid FROM slip_claim WHERE token = ANY($1) OFFSET 0) c
  JOIN slip_queue q ON ${isRow('q', 'c')} AND q.claim_token = c.token
  ${withLedger('q.target', 'q')}`

const mysql = {
  claims: 'SELECT token, lane, htids FROM slip_claim WHERE token IN (?)',
  items: `
    SELECT q.claim_token AS token, q.htid, q.action, q.shard, q.claimed_rev AS rev, q.attempts, q.unproven, q.seq, q.fence,
           COALESCE(q.waive, l.waived) AS waived
    FROM slip_queue q LEFT JOIN slip_indexed l ON l.target = q.target AND l.htid = q.htid
    WHERE q.target = ? AND q.htid IN (?) AND q.claim_token = ?`,
}

async function findClaims(tx: Connection, target: string, tokens: readonly string[]): Promise<Claim[]> {
  if (tx.dialect === 'postgres') return claimsOf(target, await tx.query<ClaimedRow>(postgres, [tokens]))
  const claims = await tx.query<{ token: string; lane: number; htids: string }>(mysql.claims, [tokens])
  const rows: ClaimedRow[] = []
  for (const { token, lane, htids } of claims) {
    const items = await tx.query<Omit<ClaimedRow, 'lane'>>(mysql.items, [target, JSON.parse(htids), token])
    rows.push(...items.map((row) => ({ ...row, lane }) as ClaimedRow))
  }
  return claimsOf(target, rows)
}
