import { randomUUID } from 'node:crypto'
import type { Connection, Database } from '../connection.ts'
import { type Claim, type ClaimedItem, type ClaimRequest, claim, itemOf } from './claim.ts'

/**
 * A claim in a transaction of its own, which on PostgreSQL is its one statement. When the answer to COMMIT is lost the
 * transaction is run again, and rows may lie claimed under a token nobody knows: they would wait for the reaper and bear
 * a strike for it. So each further run looks first for what a run before it claimed.
 */
export function claimOnce(db: Database, request: ClaimRequest): Promise<Claim> {
  const tokens: string[] = []
  const run = db.dialect === 'postgres' ? db.statement : db.transaction
  return run(async (tx) => {
    const found = tokens.length === 0 ? null : await findClaim(tx, request, tokens)
    if (found !== null) return found
    const token = randomUUID()
    tokens.push(token)
    return claim(tx, request, token)
  })
}

const postgres = `
  SELECT c.token, q.htid, q.ctid AS place, q.action, q.shard, q.claimed_rev AS rev, q.attempts, q.unproven, q.seq, q.fence,
         coalesce(q.waive, l.waived) AS waived
  FROM slip_claim c JOIN slip_queue q ON q.target = c.target AND q.htid = ANY(c.htids) AND q.claim_token = c.token
  LEFT JOIN slip_indexed l ON l.target = q.target AND l.htid = q.htid
  WHERE c.token = (SELECT token FROM slip_claim WHERE token = ANY($1) LIMIT 1)
  ORDER BY q.htid`

const mysql = {
  claim: 'SELECT token, htids FROM slip_claim WHERE token IN (?) LIMIT 1',
  items: `
    SELECT q.claim_token AS token, q.htid, q.action, q.shard, q.claimed_rev AS rev, q.attempts, q.unproven, q.seq, q.fence,
           COALESCE(q.waive, l.waived) AS waived
    FROM slip_queue q LEFT JOIN slip_indexed l ON l.target = q.target AND l.htid = q.htid
    WHERE q.target = ? AND q.htid IN (?) AND q.claim_token = ? ORDER BY q.htid`,
}

type Row = ClaimedItem & { token: string; seq: number; fence: number }

async function findClaim(tx: Connection, { bucket }: ClaimRequest, tokens: readonly string[]): Promise<Claim | null> {
  const rows =
    tx.dialect === 'postgres' ? await tx.query<Row>(postgres, [tokens]) : await findRowsMysql(tx, bucket.target, tokens)
  const [first] = rows
  if (first === undefined) return null
  return {
    token: first.token,
    target: bucket.target,
    lane: bucket.lane,
    fence: first.fence,
    items: rows.map(itemOf),
    passed: 0,
    lastSeq: Math.max(...rows.map((row) => row.seq)),
  }
}

async function findRowsMysql(tx: Connection, target: string, tokens: readonly string[]): Promise<Row[]> {
  const [claim] = await tx.query<{ token: string; htids: string }>(mysql.claim, [tokens])
  if (claim === undefined) return []
  return tx.query<Row & Record<string, unknown>>(mysql.items, [target, JSON.parse(claim.htids), claim.token])
}
