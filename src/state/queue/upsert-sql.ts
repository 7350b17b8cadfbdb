/**
 * rights → ready: the upsert every way into the queue shares (watermark, sweep, retry, request). Its FROM part names
 * `r` (slip_rights) and `l` (slip_indexed, left joined).
 *
 * A new row takes shard and fence from the ledger: hints only, the claim reads the ledger again under its locks. On a
 * row that is already there rev is the greatest, the lane the more urgent, and gen rises when rev rises or when it is a
 * request of its own; a raised gen ends a back-off and gives all attempts anew. A claim is never touched: its worker finds gen moved at its exit.
 * No WHERE on the conflict action: that clause is how requests get lost (job-queues.md, 3, 3).
 */
export const postgresUpsert = (from: string, lane: string, reason: string, request: boolean): string => `
  INSERT INTO slip_queue AS q (target, htid, seq, lane, action, shard, rev, fence, enqueued_at, reason)
  SELECT $1, r.htid, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + row_number() OVER (ORDER BY r.htid),
         ${lane}, CASE WHEN r.attr = 8 OR r.withdrawn_at IS NOT NULL THEN 'delete' ELSE 'index' END,
         coalesce(l.shard, 0), r.rev, coalesce(l.fence, 0), clock_timestamp(), ${reason}
  ${from}
  ORDER BY r.htid
  ON CONFLICT (target, htid) DO UPDATE
    SET state = CASE WHEN q.state = 2 AND ${rises(request)} THEN 0 ELSE q.state END,
        available_at = CASE WHEN q.state = 2 AND ${rises(request)} THEN NULL ELSE q.available_at END,
        attempts = CASE WHEN q.state <> 1 AND ${rises(request)} THEN 0 ELSE q.attempts END,
        gen = CASE WHEN ${rises(request)} THEN q.gen + 1 ELSE q.gen END,
        action = CASE WHEN EXCLUDED.rev >= q.rev THEN EXCLUDED.action ELSE q.action END,
        lane = least(q.lane, EXCLUDED.lane),
        rev = greatest(q.rev, EXCLUDED.rev)`

const rises = (request: boolean) => (request ? 'true' : 'EXCLUDED.rev > q.rev')
