import { randomUUID } from 'node:crypto'
import type { Connection } from '../connection.ts'
import { asked, isRow, withLedger } from './row-of.ts'

/**
 * ready → claimed, by slip-index. Takes N rows of one bucket (target, lane, shard) in seq order under a fresh token, with
 * its slip_claim row and lease, attempts + 1 and one fence for the whole batch: greatest(database clock in µs, highest
 * fence known of its rows + 1).
 *
 * WHERE and ORDER BY are exactly the partial index slip_queue_ready: no OR, no join before the lock, so locks = batch.
 * MATERIALIZED keeps the planner from running the locking subquery twice and taking more than LIMIT. The rows just locked are
 * then changed by their place in the table, their ctid: to look each up by its key again took a tenth of a claim.
 *
 * Races: the worker's own row is held FOR SHARE – an expired worker claims nothing. The ledger is read for the rows just
 * locked; one whose ledger names another shard than the bucket is put into its true bucket and stays ready. The shard of
 * a new item is the batch's draw, made outside and passed in, and is kept in the row whatever becomes of the claim: a
 * crash after the post cannot put the item into a second shard. No shard is drawn for a delete. A row that was changed
 * between the snapshot of the statement and its lock lies elsewhere since, in a place the snapshot does not know: it is
 * locked and left as it is, ready. Such rows are counted as passed, and lastSeq does not go past them.
 *
 * MySQL does the same in statements that follow each other: lock the rows in index order, read the ledger, which nobody
 * can write for a row that is locked, then write by primary key. FORCE INDEX, for a sort would lock the whole bucket.
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
  /** Only these, by primary key, and only while they are deletes: they need neither repository nor draw. */
  readonly deletes?: readonly string[]
}

export interface ClaimedItem {
  readonly htid: string
  /** PostgreSQL: where in the table the claim left its row. Whoever changes the row puts it elsewhere. */
  readonly place?: string
  readonly action: 'index' | 'delete'
  readonly shard: number
  readonly rev: number
  readonly attempts: number
  readonly unproven: boolean
  /** The checks of assembly that queue or ledger say are waived for it. */
  readonly waived: string | null
}

export interface Claim {
  readonly token: string
  readonly target: string
  readonly lane: number
  readonly fence: number
  readonly items: readonly ClaimedItem[]
  /** Ready rows that were locked and not claimed: put into the bucket their ledger names, or changed in that moment. */
  readonly passed: number
  /**
   * The lower bound for the next claim of this bucket: the highest seq seen, the lowest where rows were passed, where there
   * were none the time it began, less what a transaction may take from the seq it gives a row to its commit.
   */
  readonly lastSeq: number
}

/** Of rows whose transaction takes longer, a worker learns when it reads the bucket from the beginning. */
const commitsWithinMicroseconds = 3_000_000

const boundOfEmpty = (clock: number) => clock - commitsWithinMicroseconds

/**
 * A value that is selected is unknown to the planner, to whatever plan: so the plan for any values is no dearer than one
 * for these, and stays. Of large batches each would else be planned anew, which took a tenth of the claim.
 */
const readyFrom = (limit: number) => `
    SELECT ctid AS place, htid, seq, fence FROM slip_queue
    WHERE state = 0 AND target = (SELECT $2) AND lane = (SELECT $3::smallint) AND shard = (SELECT $4::smallint)
      AND seq >= (SELECT $5::bigint) AND EXISTS (SELECT 1 FROM me)
    ORDER BY seq LIMIT ${limit} FOR UPDATE SKIP LOCKED`

/** Not by the index of what is ready: of a bucket that waits for its mount it would be read from end to end. */
const readyDeletes = (limit: number) => `
    WITH ${asked('$2', '$5::text[]')}
    SELECT q.ctid AS place, q.htid, q.seq, q.fence FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')}
    WHERE q.state < 1 AND q.lane = $3 AND q.shard = $4 AND q.action = 'delete' AND EXISTS (SELECT 1 FROM me)
    ORDER BY q.seq LIMIT ${limit} FOR UPDATE OF q SKIP LOCKED`

/**
 * `j` are the rows locked, with their ledger. The limit is written out: with a parameter there, a plan for any value
 * expects a tenth of the bucket.
 */
const postgresClaim = (ready: string) => `
WITH me AS MATERIALIZED (SELECT 1 FROM slip_worker WHERE token = $1 AND expired_at IS NULL FOR SHARE),
j AS MATERIALIZED (
  SELECT c.place, c.seq, c.fence, coalesce(l.shard, 0) AS ledger_shard, coalesce(l.fence, 0) AS ledger_fence, l.waived
  FROM (${ready}) c${withLedger('$2', 'c')}),
corrected AS (
  UPDATE slip_queue q SET shard = j.ledger_shard FROM j
  WHERE q.ctid = j.place AND j.ledger_shard NOT IN (0, $4)),
f AS MATERIALIZED (
  SELECT greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
                  coalesce(max(greatest(fence, ledger_fence)), 0) + 1) AS fence
  FROM j WHERE ledger_shard IN (0, $4)),
taken AS (
  UPDATE slip_queue q
  SET state = 1, claim_token = $6, claimed_rev = q.rev, claimed_gen = q.gen, pid = $7, host = $8,
      fence = (SELECT fence FROM f), attempts = q.attempts + 1,
      shard = CASE WHEN q.shard > 0 THEN q.shard WHEN q.action = 'index' THEN $9 ELSE 0 END
  FROM j WHERE q.ctid = j.place AND j.ledger_shard IN (0, $4)
  RETURNING q.htid, q.ctid AS place, q.action, q.shard, q.rev, q.attempts, q.unproven, coalesce(q.waive, j.waived) AS waived),
claim AS (
  INSERT INTO slip_claim (token, worker, pid, host, target, lane, shard, htids, claimed_at, lease_until)
  SELECT $6, $1, $7, $8, $2, $3, $4, (SELECT array_agg(htid) FROM taken), clock_timestamp(),
         clock_timestamp() + make_interval(secs => (SELECT lease_ms FROM slip_target WHERE name = $2) / 1000.0)
  WHERE EXISTS (SELECT 1 FROM taken))
SELECT taken.*, NULL AS fence, NULL AS locked, NULL AS first_seq, NULL AS last_seq, NULL AS began FROM taken
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, (SELECT fence FROM f), count(*), min(seq), max(seq),
       (extract(epoch FROM statement_timestamp()) * 1000000)::bigint FROM j`

const mysql = {
  /** MariaDB has no FOR SHARE. With the clock in µs for the fence, and the lease; the subquery locks nothing. */
  me: `
    SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', SYSDATE(6)) AS clock,
           (SELECT lease_ms FROM slip_target WHERE name = ?) AS lease
    FROM slip_worker WHERE token = ? AND expired_at IS NULL LOCK IN SHARE MODE`,
  ready: `
    SELECT htid, action, shard, rev, attempts, unproven, seq, fence, waive FROM slip_queue FORCE INDEX (slip_queue_ready)
    WHERE state = 0 AND target = ? AND lane = ? AND shard = ? AND seq >= ? ORDER BY seq LIMIT ? FOR UPDATE SKIP LOCKED`,
  deletes: `
    SELECT htid, action, shard, rev, attempts, unproven, seq, fence, waive FROM slip_queue FORCE INDEX (PRIMARY)
    WHERE state = 0 AND target = ? AND lane = ? AND shard = ? AND htid IN (?) AND action = 'delete'
    ORDER BY htid LIMIT ? FOR UPDATE SKIP LOCKED`,
  ledger: 'SELECT htid, shard, fence, waived FROM slip_indexed WHERE target = ? AND htid IN (?)',
  correct: 'UPDATE slip_queue FORCE INDEX (PRIMARY) SET shard = ? WHERE target = ? AND htid IN (?)',
  take: `
    UPDATE slip_queue FORCE INDEX (PRIMARY)
    SET state = 1, claim_token = ?, claimed_rev = rev, claimed_gen = gen, pid = ?, host = ?, fence = ?,
        attempts = attempts + 1, shard = CASE WHEN shard > 0 THEN shard WHEN action = 'index' THEN ? ELSE 0 END
    WHERE target = ? AND htid IN (?)`,
  claim: `
    INSERT INTO slip_claim (token, worker, pid, host, target, lane, shard, htids, claimed_at, lease_until)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, SYSDATE(6),
            SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND)`,
}

/** A row that was taken; in the last one there is no id, but what is known of the batch. */
interface Row extends Omit<ClaimedItem, 'htid'>, Record<string, unknown> {
  readonly htid: string | null
  readonly fence: number
  readonly locked: number
  readonly first_seq: number | null
  readonly last_seq: number | null
  /** Database clock in µs: what was committed by then is seen. */
  readonly began: number
}

/** One batch of a bucket; no items when nothing is ready, the rows are held by others, or the worker has expired. */
export async function claim(tx: Connection, request: ClaimRequest, token: string = randomUUID()): Promise<Claim> {
  if (tx.dialect === 'mysql') return claimMysql(tx, request, token)
  const { bucket, worker, pid, host, draw, fromSeq, deletes } = request
  const ready = deletes === undefined ? readyFrom : readyDeletes
  const sql = postgresClaim(ready(sizeOf(request)))
  const from = deletes ?? fromSeq
  const values = [worker, bucket.target, bucket.lane, bucket.shard, from, token, pid, host, draw]
  const rows = await tx.query<Row>(sql, values)
  const seen = rows.at(-1)
  const items = rows.filter((row): row is Row & { htid: string } => row.htid !== null).sort(byHtid)
  const passed = (seen?.locked ?? 0) - items.length
  return {
    token,
    target: bucket.target,
    lane: bucket.lane,
    fence: items.length === 0 ? 0 : (seen?.fence ?? 0),
    items: items.map(itemOf),
    passed,
    lastSeq: (passed > 0 ? seen?.first_seq : seen?.last_seq) ?? boundOfEmpty(seen?.began ?? 0),
  }
}

/** In byte order, for ids are ASCII. */
export const byHtid = (one: { htid: string }, other: { htid: string }) => (one.htid < other.htid ? -1 : 1)

/** A claimed row without what is the batch's or the bucket's. */
export const itemOf = (row: ClaimedItem): ClaimedItem => {
  const { htid, place, action, shard, rev, attempts, unproven, waived } = row
  const item = { htid, action, shard, rev, attempts, unproven, waived }
  return place === undefined ? item : { ...item, place }
}

const sizeOf = ({ bucket, batch }: ClaimRequest) => (bucket.lane === 0 ? 1 : batch)

export interface ReadyRow extends Omit<ClaimedItem, 'waived'>, Record<string, unknown> {
  readonly seq: number
  readonly fence: number
  readonly waive: string | null
}

interface LedgerRow extends Record<string, unknown> {
  readonly htid: string
  readonly shard: number
  readonly fence: number
  readonly waived: string | null
}

interface Me {
  readonly clock: number
  /** Milliseconds. */
  readonly lease: number
}

async function claimMysql(tx: Connection, request: ClaimRequest, token: string): Promise<Claim> {
  const { worker, fromSeq, deletes } = request
  const { target, lane, shard } = request.bucket
  const nothing = { token, target, lane, fence: 0, items: [], passed: 0, lastSeq: fromSeq }
  const me = await holdWorker(tx, target, worker)
  if (me === null) return nothing
  const [sql, from] = deletes === undefined ? [mysql.ready, fromSeq] : [mysql.deletes, deletes]
  const rows = await tx.query<ReadyRow>(sql, [target, lane, shard, from, sizeOf(request)])
  const last = rows.at(-1)
  if (last === undefined) return { ...nothing, lastSeq: boundOfEmpty(me.clock) }
  const { mine, knownFence } = await checkLedger(tx, request.bucket, rows)
  const fence = Math.max(me.clock, knownFence + 1)
  const items = mine.length === 0 ? [] : await take(tx, request, { token, fence, lease: me.lease }, mine)
  const passed = rows.length - items.length
  return { token, target, lane, fence: items.length === 0 ? 0 : fence, items, passed, lastSeq: last.seq }
}

/** MySQL: the worker's row, held until the end of the transaction; null = it has expired. */
export async function holdWorker(tx: Connection, target: string, worker: string): Promise<Me | null> {
  const [me] = await tx.query<Me & Record<string, unknown>>(mysql.me, [target, worker])
  return me ?? null
}

/** MySQL: what the ledger says of rows that are locked. */
export const ledgerOf = (tx: Connection, target: string, rows: readonly ReadyRow[]): Promise<LedgerRow[]> =>
  tx.query<LedgerRow>(mysql.ledger, [target, rows.map(({ htid }) => htid)])

/** Puts rows whose ledger names another shard into their true bucket; the others are to be claimed. */
async function checkLedger(tx: Connection, { target, shard }: Bucket, rows: readonly ReadyRow[]) {
  const ledger = await ledgerOf(tx, target, rows)
  const astray = ledger.filter((row) => row.shard !== 0 && row.shard !== shard)
  for (const [truth, some] of Map.groupBy(astray, (row) => row.shard)) {
    await tx.change(mysql.correct, [truth, target, some.map(({ htid }) => htid)])
  }
  const gone = new Set(astray.map(({ htid }) => htid))
  const waived = new Map(ledger.map((row) => [row.htid, row.waived]))
  const mine = rows
    .filter(({ htid }) => !gone.has(htid))
    .map((row) => ({ ...row, waived: row.waive ?? waived.get(row.htid) ?? null }))
  const fences = [...mine, ...ledger.filter(({ htid }) => !gone.has(htid))].map(({ fence }) => fence)
  return { mine, knownFence: Math.max(0, ...fences) }
}

/** MySQL: claims rows that are locked, and answers their items in id order. */
export async function take(
  tx: Connection,
  { bucket, worker, pid, host, draw }: Pick<ClaimRequest, 'bucket' | 'worker' | 'pid' | 'host' | 'draw'>,
  { token, fence, lease }: { token: string; fence: number; lease: number },
  rows: readonly ClaimedItem[],
): Promise<ClaimedItem[]> {
  const items = rows
    .map((row) => {
      const drawn = row.shard > 0 || row.action === 'delete' ? row.shard : draw
      return { ...itemOf(row), shard: drawn, attempts: row.attempts + 1 }
    })
    .sort(byHtid)
  const { target, lane, shard } = bucket
  const htids = items.map(({ htid }) => htid)
  await tx.change(mysql.take, [token, pid, host, fence, draw, target, htids])
  await tx.change(mysql.claim, [token, worker, pid, host, target, lane, shard, JSON.stringify(htids), lease])
  return items
}
