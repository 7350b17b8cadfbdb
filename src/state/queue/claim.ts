import { randomUUID } from 'node:crypto'
import type { Connection } from '../connection.ts'

/**
 * ready → claimed, by slip-index. Takes N rows of one bucket (target, lane, shard) in seq order under a fresh token, with
 * its slip_claim row and lease, attempts + 1 and one fence for the whole batch: greatest(database clock in µs, highest
 * fence known of its rows + 1).
 *
 * WHERE and ORDER BY are exactly the partial index slip_queue_ready: no OR, no join before the lock, so locks = batch.
 * MATERIALIZED keeps the planner from running the locking subquery twice and taking more than LIMIT.
 *
 * Races: the worker's own row is held FOR SHARE – an expired worker claims nothing. The ledger is read for the rows just
 * locked; one whose ledger names another shard than the bucket is put into its true bucket and stays ready. The shard of
 * a new item is the batch's draw, made outside and passed in, and is kept in the row whatever becomes of the claim: a
 * crash after the post cannot put the item into a second shard. No shard is drawn for a delete.
 */
export interface Bucket {
  readonly target: string
  readonly lane: number
  readonly shard: number
}

export interface ClaimRequest {
  readonly bucket: Bucket
  readonly worker: string
  readonly pid: number
  readonly host: string
  readonly batch: number
  /** Shard for items that have none: drawn at random among the open shards. */
  readonly draw: number
  /** Only rows with at least this seq: spares the dead entries of the index behind an old snapshot. 0 = all. */
  readonly fromSeq: number
}

export interface ClaimedItem {
  readonly htid: string
  readonly action: 'index' | 'delete'
  readonly shard: number
  readonly rev: number
  readonly attempts: number
  readonly unproven: boolean
}

export interface Claim {
  readonly token: string
  readonly target: string
  readonly lane: number
  readonly fence: number
  readonly items: readonly ClaimedItem[]
  /** Rows moved to the bucket their ledger names; nothing of them is claimed. */
  readonly corrected: number
  /** Highest seq seen, the lower bound for the next claim of this bucket. */
  readonly lastSeq: number
}

const postgres = `
WITH me AS MATERIALIZED (SELECT 1 FROM slip_worker WHERE token = $1 AND expired_at IS NULL FOR SHARE),
c AS MATERIALIZED (
  SELECT htid, seq, fence FROM slip_queue
  WHERE state = 0 AND target = $2 AND lane = $3 AND shard = $4 AND seq >= $5 AND EXISTS (SELECT 1 FROM me)
  ORDER BY seq LIMIT $6 FOR UPDATE SKIP LOCKED),
j AS MATERIALIZED (
  SELECT c.htid, c.seq, c.fence, coalesce(l.shard, 0) AS ledger_shard, coalesce(l.fence, 0) AS ledger_fence
  FROM c LEFT JOIN slip_indexed l ON l.target = $2 AND l.htid = c.htid),
mine AS MATERIALIZED (SELECT * FROM j WHERE ledger_shard IN (0, $4)),
corrected AS (
  UPDATE slip_queue q SET shard = j.ledger_shard FROM j
  WHERE q.target = $2 AND q.htid = j.htid AND j.ledger_shard NOT IN (0, $4) RETURNING 1),
f AS MATERIALIZED (
  SELECT greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
                  coalesce(max(greatest(fence, ledger_fence)), 0) + 1) AS fence FROM mine),
taken AS (
  UPDATE slip_queue q
  SET state = 1, claim_token = $7, claimed_rev = q.rev, claimed_gen = q.gen, pid = $8, host = $9, fence = f.fence,
      attempts = q.attempts + 1,
      shard = CASE WHEN q.shard > 0 THEN q.shard WHEN q.action = 'index' THEN $10 ELSE 0 END
  FROM mine, f WHERE q.target = $2 AND q.htid = mine.htid
  RETURNING q.htid, q.action, q.shard, q.rev, q.attempts, q.unproven, q.seq, q.fence),
claim AS (
  INSERT INTO slip_claim (token, worker, pid, host, target, lane, shard, htids, claimed_at, lease_until)
  SELECT $7, $1, $8, $9, $2, $3, $4, (SELECT array_agg(htid ORDER BY htid) FROM taken), clock_timestamp(),
         clock_timestamp() + make_interval(secs => (SELECT lease_ms FROM slip_target WHERE name = $2) / 1000.0)
  WHERE EXISTS (SELECT 1 FROM taken))
SELECT taken.*, (SELECT count(*) FROM corrected) AS corrected FROM taken
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, (SELECT max(seq) FROM c), NULL, (SELECT count(*) FROM corrected)
ORDER BY htid NULLS LAST`

interface Row {
  htid: string | null
  action: 'index' | 'delete'
  shard: number
  rev: number
  attempts: number
  unproven: boolean
  seq: number | null
  fence: number
  corrected: number
}

/** One batch of a bucket; no items when nothing is ready, the rows are held by others, or the worker has expired. */
export async function claim(tx: Connection, request: ClaimRequest, token: string = randomUUID()): Promise<Claim> {
  const { bucket, worker, pid, host, batch, draw, fromSeq } = request
  const size = bucket.lane === 0 ? 1 : batch
  const values = [worker, bucket.target, bucket.lane, bucket.shard, fromSeq, size, token, pid, host, draw]
  const rows = await tx.query<Row>(postgres, values)
  const items = rows.filter((row): row is Row & { htid: string } => row.htid !== null)
  const summary = rows.at(-1)
  return {
    token,
    target: bucket.target,
    lane: bucket.lane,
    fence: items[0]?.fence ?? 0,
    items: items.map(({ htid, action, shard, rev, attempts, unproven }) => ({
      htid,
      action,
      shard,
      rev,
      attempts,
      unproven,
    })),
    corrected: summary?.corrected ?? 0,
    lastSeq: summary?.seq ?? fromSeq,
  }
}
