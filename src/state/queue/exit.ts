import type { Connection } from '../connection.ts'
import { deleteNamed } from './delete-named.ts'
import { asked, isRow } from './row-of.ts'
import { slicesOf } from './slices.ts'

/**
 * What every exit from claimed shares. The slip_claim row is locked first (a reaper or a renewal waits or goes before
 * us), the queue rows next in id order, and the exit after which none of the claim's items carries its token deletes
 * the claim row in the same transaction.
 *
 * PostgreSQL does an exit in one statement. MySQL first locks and reads the rows still ours, then writes just those by
 * primary key: nobody else can change them meanwhile. FORCE INDEX (PRIMARY) wherever rows are locked, for on a queue that
 * was nearly empty when it was last analysed the optimizer scans, and a scan waits for rows of others.
 */
export interface Held {
  readonly token: string
  readonly target: string
}

const postgres = {
  claim: 'SELECT 1 FROM slip_claim WHERE token = $1 FOR UPDATE',
  rows: `
    WITH asked AS MATERIALIZED (SELECT * FROM unnest($1::text[]) AS target, unnest($2::text[]) AS htid)
    SELECT 1 FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')} WHERE q.claim_token = ANY($3)
    ORDER BY asked.target COLLATE "C", q.htid FOR UPDATE OF q`,
  end: 'DELETE FROM slip_claim WHERE token = $1',
  close: `
    DELETE FROM slip_claim c WHERE c.token = $1
    AND NOT EXISTS (
      SELECT 1 FROM unnest(c.htids) AS d (htid)
      WHERE (SELECT q.claim_token FROM slip_queue q WHERE q.target = $2 AND q.htid = d.htid LIMIT 1) = $1)`,
}

const mysql = {
  claim: 'SELECT 1 FROM slip_claim WHERE token = ? FOR UPDATE',
  /** SYSDATE, for NOW is the start of the statement, which may have waited for a row. The subquery locks nothing. */
  own: `
    SELECT htid, shard, gen, claimed_rev, claimed_gen, fence, attempts, strikes, unproven, waive, pid, host, SYSDATE(6) AS now,
           GREATEST(SYSDATE(6), COALESCE((SELECT MAX(marked_at) FROM slip_shard WHERE target = ?), '1970-01-01')) AS settled_at
    FROM slip_queue FORCE INDEX (PRIMARY) WHERE target = ? AND htid IN (?) AND claim_token IN (?)
    ORDER BY htid FOR UPDATE`,
  htids: 'SELECT htids FROM slip_claim WHERE token = ?',
  held: 'SELECT 1 FROM slip_queue WHERE target = ? AND htid IN (?) AND claim_token = ? LIMIT 1',
  end: 'DELETE FROM slip_claim WHERE token = ?',
  remove: deleteNamed('slip_queue'),
}

/** Locks the claim; false = it was reaped: nothing of it is ours, and no table may be changed. */
export async function lockClaim(tx: Connection, { token }: Held): Promise<boolean> {
  const rows = await tx.query((tx.dialect === 'postgres' ? postgres : mysql).claim, [token])
  return rows.length > 0
}

/**
 * Locks the rows that several exit statements of one transaction will take, in id order: each of those locks its own in
 * order, together they would not, and an enqueue of the same items could deadlock with them.
 */
export async function lockRows(tx: Connection, held: readonly Held[], htids: readonly string[]): Promise<void> {
  const targets = [...new Set(held.map(({ target }) => target))].sort()
  const tokens = held.map(({ token }) => token)
  if (tx.dialect === 'postgres') await tx.query(postgres.rows, [targets, htids, tokens])
  else for (const target of targets) await lockOwn(tx, target, tokens, htids)
}

/** Deletes the claim row after an exit of all its items, of which none carries the token any more. */
export async function endClaim(tx: Connection, { token }: Held): Promise<void> {
  await tx.change((tx.dialect === 'postgres' ? postgres : mysql).end, [token])
}

/** Deletes the claim row once no queue row carries the token any more. */
export async function closeClaim(tx: Connection, { token, target }: Held): Promise<void> {
  if (tx.dialect === 'postgres') {
    await tx.change(postgres.close, [token, target])
    return
  }
  const [claim] = await tx.query<{ htids: string }>(mysql.htids, [token])
  if (claim === undefined) return
  const held = await tx.query(mysql.held, [target, JSON.parse(claim.htids), token])
  if (held.length === 0) await tx.change(mysql.end, [token])
}

/**
 * PostgreSQL: `own`, the rows of the items `asked` for that still carry token $2, locked in id order. `also` are columns
 * more of `own`.
 */
export const ownOf = (askedFor: string, also = '') => `
${askedFor},
own AS MATERIALIZED (
  SELECT q.target, q.htid, q.lane, q.shard, q.rev, q.gen, q.claimed_rev, q.claimed_gen, q.fence, q.attempts, q.strikes,
         q.unproven, q.waive, q.pid, q.host, asked.at${also}
  FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')}
  WHERE q.claim_token = $2 ORDER BY q.htid FOR UPDATE OF q)`

/**
 * The rows of ids $3 in target $1, each with its place `at` in that list, and so in the lists of values beside it. Values are
 * taken by place and only where they are written: joined by id, each long message would be read once for each row.
 */
export const named = asked('$1', '$3::text[]')
export const own = ownOf(named)

/** The state of a row that stays in the queue: ready, or held where somebody asked for it, also during the claim. */
export const stays = 'CASE WHEN hold THEN 3 ELSE 0 END'

/** SET list of a row that leaves its claim; `state` is set beside it. */
export const released = 'claim_token = NULL, claimed_rev = NULL, claimed_gen = NULL, pid = NULL, host = NULL'

/**
 * PostgreSQL: a request came during the claim: the row stays in the queue with all its attempts, whatever the exit was.
 * `alsoSet` is what this exit changes besides.
 */
export const movedOn = (alsoSet = '') => `
moved AS (
  UPDATE slip_queue q SET state = ${stays}, attempts = 0, ${released}${alsoSet}
  FROM own WHERE ${isRow('q', 'own')} AND own.gen <> own.claimed_gen)`

/** MySQL: a row that still carries the token, locked. */
export interface OwnRow {
  readonly htid: string
  readonly shard: number
  readonly gen: number
  readonly claimed_rev: number
  readonly claimed_gen: number
  readonly fence: number
  readonly attempts: number
  readonly strikes: number
  readonly unproven: boolean
  readonly waive: string | null
  readonly pid: number
  readonly host: string
  /** Database clock when the row was locked. */
  readonly now: string
  /** The same, but not before the newest marker the engine may have been sent. */
  readonly settled_at: string
}

/** MySQL: the rows still ours, locked in id order; those whose gen moved during the claim apart. */
export async function splitOwn(
  tx: Connection,
  { token, target }: Held,
  htids: readonly string[],
): Promise<{ ours: Set<string>; moved: OwnRow[]; rest: OwnRow[] }> {
  const rows = await lockOwn(tx, target, [token], htids)
  return {
    ours: new Set(rows.map(({ htid }) => htid)),
    moved: rows.filter((row) => row.gen !== row.claimed_gen),
    rest: rows.filter((row) => row.gen === row.claimed_gen),
  }
}

async function lockOwn(tx: Connection, target: string, tokens: readonly string[], htids: readonly string[]) {
  const rows: OwnRow[] = []
  for (const slice of slicesOf(htids)) {
    rows.push(...(await tx.query<OwnRow & Record<string, unknown>>(mysql.own, [target, target, slice, tokens])))
  }
  return rows
}

/** MySQL: the SET list of movedOn. */
export const movedOnSet = `state = ${stays}, attempts = 0`

/** MySQL: takes locked rows out of their claim; `set` is assigned before the claim's columns are cleared. */
export async function release(
  tx: Connection,
  target: string,
  rows: readonly OwnRow[],
  set: string,
  values: readonly unknown[] = [],
): Promise<void> {
  const sql = `UPDATE slip_queue FORCE INDEX (PRIMARY) SET ${set}, ${released} WHERE target = ? AND htid IN (?)`
  for (const slice of slicesOf(rows.map(({ htid }) => htid))) await tx.change(sql, [...values, target, slice])
}

/** MySQL: deletes locked rows. */
export async function remove(tx: Connection, target: string, htids: readonly string[]): Promise<void> {
  for (const slice of slicesOf(htids)) await tx.change(mysql.remove, [JSON.stringify(slice), target])
}
