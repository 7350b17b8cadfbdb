import type { Connection } from '../connection.ts'
import { type OwnRow, remove } from './exit.ts'

/**
 * PostgreSQL: what every exit into error does with the rows of its CTE `final`, beside writing the errors row: the ledger
 * keeps shard and fence with the old rev (0 = never indexed), an older unresolved error is superseded, the queue row goes.
 * The errors row is written after `superseded` was counted: at most one is unresolved.
 */
export const finalExit = `
ledger AS (
  INSERT INTO slip_indexed AS l (target, htid, shard, rev, fence, presence, time)
  SELECT $1, htid, shard, 0, fence, 'absent', clock_timestamp() FROM final ORDER BY htid
  ON CONFLICT (target, htid) DO UPDATE
    SET shard = CASE WHEN EXCLUDED.shard > 0 THEN EXCLUDED.shard ELSE l.shard END, fence = greatest(l.fence, EXCLUDED.fence)),
superseded AS (
  UPDATE slip_errors e SET resolved_at = clock_timestamp(), resolution = 'superseded'
  FROM final WHERE e.target = $1 AND e.htid = final.htid AND e.resolved_at IS NULL RETURNING 1),
gone AS (DELETE FROM slip_queue q USING final WHERE q.target = $1 AND q.htid = final.htid)`

/**
 * MySQL: how locked rows end in error and how errors are resolved; on PostgreSQL parts of the exit's one statement. Whoever
 * writes or resolves an error of an item by an exit holds its queue row, so the unresolved one may be read without a lock
 * and then written by primary key: a locking search of slip_errors would lock ranges that other exits insert into.
 */
export interface DeadLetter {
  readonly code: string
  readonly class: string
  readonly message: string
  readonly detail: string | null
  readonly attempts: number
  readonly pid: number
  readonly host: string
  readonly worker: string | null
}

const longestMessage = 4_000

const mysql = {
  ledger: `
    INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, time) VALUES ?
    ON DUPLICATE KEY UPDATE
      shard = IF(VALUES(shard) > 0, VALUES(shard), shard), fence = GREATEST(fence, VALUES(fence))`,
  unresolved: `
    SELECT id FROM slip_errors FORCE INDEX (slip_errors_unresolved) WHERE target = ? AND unresolved IN (?) ORDER BY id`,
  resolve: `
    UPDATE slip_errors FORCE INDEX (PRIMARY) SET resolved_at = SYSDATE(6), resolution = ?
    WHERE id IN (?) AND resolved_at IS NULL`,
  insert: `
    INSERT INTO slip_errors (target, htid, rev, shard, stage, code, class, message, detail, attempts, pid, host, worker,
                             error_time) VALUES ?`,
}

/** Resolves the unresolved errors of these rows, at most one each. */
export async function resolveErrors(
  tx: Connection,
  target: string,
  rows: readonly OwnRow[],
  resolution: 'fixed' | 'superseded',
): Promise<void> {
  if (rows.length === 0) return
  const errors = await tx.query<{ id: number }>(mysql.unresolved, [target, rows.map(({ htid }) => htid)])
  if (errors.length > 0) await tx.change(mysql.resolve, [resolution, errors.map(({ id }) => id)])
}

/** claimed → error: ledger, superseded error, new error, queue row gone. */
export async function endInError(
  tx: Connection,
  target: string,
  rows: readonly OwnRow[],
  letterOf: (row: OwnRow) => DeadLetter,
): Promise<void> {
  if (rows.length === 0) return
  await tx.change(mysql.ledger, [rows.map((row) => [target, row.htid, row.shard, 0, row.fence, 'absent', row.now])])
  await resolveErrors(tx, target, rows, 'superseded')
  const errors = rows.map((row) => {
    const { code, class: kind, message, detail, attempts, pid, host, worker } = letterOf(row)
    // characters, as the column counts them: a slice of the string could cut one in two
    const text = [...message].slice(0, longestMessage).join('')
    return [
      target,
      row.htid,
      row.claimed_rev,
      row.shard,
      'index',
      code,
      kind,
      text,
      detail,
      attempts,
      pid,
      host,
      worker,
      row.now,
    ]
  })
  await tx.change(mysql.insert, [errors])
  await remove(tx, target, rows)
}
