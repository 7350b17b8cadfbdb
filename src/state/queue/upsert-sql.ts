/**
 * rights → ready: the upsert every way into the queue shares (watermark, sweep, retry, request). Its FROM part names
 * `r` (slip_rights) and `l` (slip_indexed, left joined).
 *
 * A new row takes shard and fence from the ledger: hints only, the claim reads the ledger again under its locks. On a
 * row that is already there rev is the greatest, the lane the more urgent, and gen rises when rev rises or when it is a
 * request of its own; a raised gen ends a back-off and gives all attempts anew. A raised rev is another document: what the
 * engine did with the one before counts no more. A claim is never touched: its worker finds gen moved at its exit.
 * No WHERE on the conflict action: that clause is how requests get lost.
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
        lane = CASE WHEN ${isFreed('EXCLUDED.rev', 'q.')} THEN EXCLUDED.lane ELSE least(q.lane, EXCLUDED.lane) END,
        refusals = CASE WHEN EXCLUDED.rev > q.rev THEN 0 ELSE q.refusals END,
        failed_at = CASE WHEN EXCLUDED.rev > q.rev THEN NULL ELSE q.failed_at END,
        rev = greatest(q.rev, EXCLUDED.rev)`

/** A suspect of the engine, of which there is another document now; one that took processes with it stays in lane 0. */
const isFreed = (rev: string, row: string) => `${row}lane = 0 AND ${row}strikes = 0 AND ${rev} > ${row}rev`

const rises = (request: boolean) => (request ? 'true' : 'EXCLUDED.rev > q.rev')

/**
 * The same on MySQL, in two statements, for it cannot say which rows an upsert touched: what is to be enqueued is read
 * first, without a lock, as in the snapshot of the one statement of PostgreSQL.
 */
export const mysqlSource = (from: string): string => `
  SELECT r.htid, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', SYSDATE(6)) AS clock,
         CASE WHEN r.attr = 8 OR r.withdrawn_at IS NOT NULL THEN 'delete' ELSE 'index' END AS action,
         COALESCE(l.shard, 0) AS shard, r.rev, COALESCE(l.fence, 0) AS fence, SYSDATE(6) AS enqueued_at
  ${from}
  ORDER BY r.htid`

/**
 * Assigned from left to right, each seeing those before it: available_at before state, and what looks at the old state,
 * lane or rev before these.
 */
export const mysqlUpsert = (request: boolean): string => {
  const rises = request ? 'TRUE' : 'VALUES(rev) > rev'
  return `
  INSERT INTO slip_queue (target, htid, seq, lane, action, shard, rev, fence, enqueued_at, reason) VALUES ?
  ON DUPLICATE KEY UPDATE
    available_at = CASE WHEN state = 2 AND ${rises} THEN NULL ELSE available_at END,
    attempts = CASE WHEN state <> 1 AND ${rises} THEN 0 ELSE attempts END,
    state = CASE WHEN state = 2 AND ${rises} THEN 0 ELSE state END,
    gen = CASE WHEN ${rises} THEN gen + 1 ELSE gen END,
    action = CASE WHEN VALUES(rev) >= rev THEN VALUES(action) ELSE action END,
    lane = CASE WHEN ${isFreed('VALUES(rev)', '')} THEN VALUES(lane) ELSE LEAST(lane, VALUES(lane)) END,
    refusals = CASE WHEN VALUES(rev) > rev THEN 0 ELSE refusals END,
    failed_at = CASE WHEN VALUES(rev) > rev THEN NULL ELSE failed_at END,
    rev = GREATEST(rev, VALUES(rev))`
}
