import { randomUUID } from 'node:crypto'
import type { Connection } from '../connection.ts'
import {
  type Bucket,
  byHtid,
  type Claim,
  type ClaimedItem,
  holdWorker,
  itemOf,
  ledgerOf,
  type ReadyRow,
  take,
} from './claim.ts'
import { asked, isRow, withLedger } from './row-of.ts'

/**
 * ready → claimed, by slip-index, of items that it has just claimed for another target: their document is assembled once
 * for all. Rows are looked for by primary key (row-of.ts: so it says `state < 1`) and taken where they are ready to be indexed, whatever their place in the
 * queue; where they are not, or somebody else has them, nothing is waited for, and the target goes its own way. Each lane
 * and shard is a claim of its own with its token and claim row, as if it had been taken from its bucket; together they
 * draw one fence, above every fence known of their rows.
 *
 * Only the buckets that are given may be taken, so that what is paused, suspended, ahead or busy stays; lane 0 is never
 * among them. A row of no shard goes to the draw, or stays without one. Left where they are, for their own claim to see
 * to: a row whose ledger names another shard; one with a waiver, whose document is another; a delete, which needs none.
 *
 * Races: as a claim's (claim.ts). The worker's own row is held FOR SHARE; the ledger is read for the rows just locked; a row
 * that was changed between the snapshot of the statement and its lock lies elsewhere since and is left ready. Each row is
 * claimed with its own rev and gen, so what is asked for meanwhile is served after it. The claims are made after the one
 * they go along with and before anything is read for it: what is then read is as new as every rev among them.
 */
export interface AlongRequest {
  readonly target: string
  readonly htids: readonly string[]
  readonly worker: string
  readonly pid: number
  readonly host: string
  /** Lanes and shards that may be claimed for, from 1 each. */
  readonly open: readonly Pick<Bucket, 'lane' | 'shard'>[]
  /** Shard for items that have none; 0 = leave them. */
  readonly draw: number
}

/** A bucket with the token of its claim, should there be one. */
export type Tokened = Pick<Bucket, 'lane' | 'shard'> & { readonly token: string }

export const tokened = (open: AlongRequest['open']): Tokened[] =>
  open.map(({ lane, shard }) => ({ lane, shard, token: randomUUID() }))

const postgres = `
WITH me AS MATERIALIZED (SELECT 1 FROM slip_worker WHERE token = $1 AND expired_at IS NULL FOR SHARE),
${asked('$2', '$3::text[]')},
j AS MATERIALIZED (
  SELECT c.place, b.token, c.target_shard, greatest(c.fence, coalesce(l.fence, 0)) AS fence
  FROM (
    SELECT q.ctid AS place, q.htid, q.lane, q.shard, q.fence,
           CASE WHEN q.shard > 0 THEN q.shard ELSE $9::smallint END AS target_shard
    FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')}
    WHERE q.state < 1 AND q.action = 'index' AND q.waive IS NULL AND EXISTS (SELECT 1 FROM me)
    ORDER BY q.htid FOR UPDATE OF q SKIP LOCKED) c
  JOIN unnest($4::smallint[], $5::smallint[], $6::uuid[]) AS b (lane, shard, token)
    ON b.lane = c.lane AND b.shard = c.target_shard${withLedger('$2', 'c')}
  WHERE coalesce(l.shard, 0) IN (0, c.shard) AND l.waived IS NULL),
f AS MATERIALIZED (
  SELECT greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, coalesce(max(fence), 0) + 1) AS fence FROM j),
taken AS (
  UPDATE slip_queue q
  SET state = 1, claim_token = j.token, claimed_rev = q.rev, claimed_gen = q.gen, pid = $7, host = $8,
      fence = (SELECT fence FROM f), attempts = q.attempts + 1, shard = j.target_shard
  FROM j WHERE q.ctid = j.place
  RETURNING q.htid, q.claim_token AS token, q.ctid AS place, q.action, q.lane, q.shard, q.rev, q.attempts, q.unproven,
            NULL AS waived, q.fence, q.seq),
claim AS (
  INSERT INTO slip_claim (token, worker, pid, host, target, lane, shard, htids, claimed_at, lease_until)
  SELECT token, $1, $7, $8, $2, lane, shard, array_agg(htid), clock_timestamp(),
         clock_timestamp() + make_interval(secs => (SELECT lease_ms FROM slip_target WHERE name = $2) / 1000.0)
  FROM taken GROUP BY token, lane, shard)
SELECT * FROM taken`

const mysql = `
  SELECT htid, lane, action, shard, rev, attempts, unproven, seq, fence, waive FROM slip_queue FORCE INDEX (PRIMARY)
  WHERE target = ? AND htid IN (?) AND state = 0 AND action = 'index' AND waive IS NULL
  ORDER BY htid FOR UPDATE SKIP LOCKED`

/** A claimed row, with what it has in common with its claim. */
export interface ClaimedRow extends ClaimedItem, Record<string, unknown> {
  readonly token: string
  readonly lane: number
  readonly fence: number
  readonly seq: number
}

/** What could be claimed of the items, in claims of one lane and shard each; none when the worker has expired. */
export async function claimAlong(
  tx: Connection,
  request: AlongRequest,
  buckets: readonly Tokened[] = tokened(request.open),
): Promise<Claim[]> {
  const { target, htids, worker, pid, host, draw } = request
  if (tx.dialect === 'mysql') return claimAlongMysql(tx, request, buckets)
  const column = <K extends keyof Tokened>(key: K) => buckets.map((bucket) => bucket[key])
  const values = [worker, target, htids, column('lane'), column('shard'), column('token'), pid, host, draw]
  return claimsOf(target, await tx.query<ClaimedRow>(postgres, values))
}

/** Claims from their rows. */
export function claimsOf(target: string, rows: readonly ClaimedRow[]): Claim[] {
  return [...Map.groupBy(rows, ({ token }) => token)].map(([token, group]) => {
    const { lane, fence } = group[0] as ClaimedRow
    const lastSeq = Math.max(...group.map(({ seq }) => seq))
    return { token, target, lane, fence, items: group.map(itemOf).sort(byHtid), passed: 0, lastSeq }
  })
}

async function claimAlongMysql(tx: Connection, request: AlongRequest, buckets: readonly Tokened[]): Promise<Claim[]> {
  const { target, htids, worker, draw } = request
  const me = await holdWorker(tx, target, worker)
  if (me === null) return []
  const rows = await tx.query<ReadyRow & { lane: number }>(mysql, [target, htids])
  if (rows.length === 0) return []
  const ledger = new Map((await ledgerOf(tx, target, rows)).map((row) => [row.htid, row]))
  const isTrue = ({ htid, shard }: ReadyRow) => {
    const known = ledger.get(htid)
    return known === undefined || (known.waived === null && (known.shard === 0 || known.shard === shard))
  }
  const mine = rows.filter(isTrue)
  const fences = mine.flatMap(({ htid, fence }) => [fence, ledger.get(htid)?.fence ?? 0])
  const fence = Math.max(me.clock, 1 + Math.max(0, ...fences))
  const claims: Claim[] = []
  for (const { lane, shard, token } of buckets) {
    const group = mine.filter((row) => row.lane === lane && (row.shard === 0 ? draw : row.shard) === shard)
    if (group.length === 0) continue
    const bucket = { target, lane, shard }
    const waived = group.map((row) => ({ ...row, waived: null }))
    const items = await take(tx, { ...request, bucket, draw: shard }, { token, fence, lease: me.lease }, waived)
    claims.push({ token, target, lane, fence, items, passed: 0, lastSeq: Math.max(...group.map(({ seq }) => seq)) })
  }
  return claims
}
