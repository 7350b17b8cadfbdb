import { patternOf } from '../../errors/pattern.ts'
import type { Connection } from '../connection.ts'
import { type OwnRow, remove } from './exit.ts'
import { recheckLater, recheckLaterMysql } from './recheck-later.ts'
import { after, isOpen, isRow } from './row-of.ts'
import { chunksOf, slicesOf } from './slices.ts'

/**
 * PostgreSQL: what every exit into error does with the rows of its CTE `final` (target, htid, shard, fence, unproven, waive), beside
 * writing the errors row: the ledger keeps shard and fence with the old rev (0 = never indexed), an unproven item is asked
 * about again, an older unresolved error is superseded, the queue row goes. Each comes after the one before it, for the
 * parts of a statement have no order of their own and locks have. The errors row is written after `superseded`: at most one
 * is unresolved.
 */
export const finalExit = `
ledger AS (
  INSERT INTO slip_indexed AS l (target, htid, shard, rev, fence, presence, time, waived)
  SELECT $1, htid, shard, 0, fence, 'absent', clock_timestamp(), waive FROM final ORDER BY htid
  ON CONFLICT (target, htid) DO UPDATE
    SET shard = CASE WHEN EXCLUDED.shard > 0 THEN EXCLUDED.shard ELSE l.shard END,
        fence = greatest(l.fence, EXCLUDED.fence), waived = coalesce(EXCLUDED.waived, l.waived)
  RETURNING 1),
${recheckLater('SELECT htid FROM final WHERE unproven')},
superseded AS (
  UPDATE slip_errors e SET resolved_at = clock_timestamp(), resolution = 'superseded'
  FROM final WHERE ${after('ledger', 'recheck')} AND ${isRow('e', 'final')} AND ${isOpen} RETURNING 1),
gone AS (DELETE FROM slip_queue q USING final WHERE ${isRow('q', 'final')})`

/**
 * MySQL: how locked rows end in error and how errors are resolved; on PostgreSQL parts of the exit's one statement. Whoever
 * writes or resolves an error of an item by an exit holds its queue row, so the unresolved one may be read without a lock
 * and then written by primary key: a locking search of slip_errors would lock ranges that other exits insert into.
 */
export interface DeadLetter {
  readonly stage: 'index' | 'ctl'
  readonly rev: number
  readonly code: string
  readonly class: string
  readonly message: string
  readonly detail: string | null
  readonly attempts: number
  readonly pid: number | null
  readonly host: string | null
  readonly worker: string | null
  /** Who resolved it at once, and why. */
  readonly resolved?: { readonly resolution: 'purged'; readonly note: string }
}

const longestMessage = 4_000

const mysql = {
  ledger: `
    INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, time, waived) VALUES ?
    ON DUPLICATE KEY UPDATE
      shard = IF(VALUES(shard) > 0, VALUES(shard), shard), fence = GREATEST(fence, VALUES(fence)),
      waived = COALESCE(VALUES(waived), waived)`,
  unresolved: `
    SELECT id FROM slip_errors FORCE INDEX (slip_errors_unresolved) WHERE target = ? AND unresolved IN (?) ORDER BY id`,
  resolve: `
    UPDATE slip_errors FORCE INDEX (PRIMARY) SET resolved_at = SYSDATE(6), resolution = ?
    WHERE id IN (?) AND resolved_at IS NULL`,
  insert: `
    INSERT INTO slip_errors (target, htid, rev, shard, stage, code, class, message, pattern, detail, attempts, pid, host,
                             worker, error_time, resolved_at, resolution, note) VALUES ?`,
}

/** What an exit knows of a row it holds locked. */
export type Ended = Pick<OwnRow, 'htid' | 'shard' | 'fence' | 'unproven' | 'waive' | 'now'>

/** Resolves the unresolved errors of these rows, at most one each. */
export async function resolveErrors(
  tx: Connection,
  target: string,
  htids: readonly string[],
  resolution: 'fixed' | 'superseded',
): Promise<void> {
  for (const slice of slicesOf(htids)) {
    const errors = await tx.query<{ id: number }>(mysql.unresolved, [target, slice])
    if (errors.length > 0) await tx.change(mysql.resolve, [resolution, errors.map(({ id }) => id)])
  }
}

/** Ledger, recheck, superseded error, new error, queue row gone; the rows are locked and in id order. */
export async function endInError<Row extends Ended>(
  tx: Connection,
  target: string,
  rows: readonly Row[],
  letterOf: (row: Row) => DeadLetter,
): Promise<void> {
  const htids = rows.map(({ htid }) => htid)
  for (const chunk of chunksOf(rows)) {
    const ledger = chunk.map((row) => [target, row.htid, row.shard, 0, row.fence, 'absent', row.now, row.waive])
    await tx.change(mysql.ledger, [ledger])
  }
  await recheckLaterMysql(
    tx,
    target,
    rows.filter(({ unproven }) => unproven).map(({ htid }) => htid),
  )
  await resolveErrors(tx, target, htids, 'superseded')
  for (const chunk of chunksOf(rows))
    await tx.change(mysql.insert, [chunk.map((row) => errorRow(target, row, letterOf(row)))])
  await remove(tx, target, htids)
}

function errorRow(target: string, { htid, shard, now }: Ended, letter: DeadLetter): unknown[] {
  const { rev, stage, code, class: kind, message, detail, attempts, pid, host, worker, resolved } = letter
  // characters, as the column counts them: a slice of the string could cut one in two
  const text = [...message].slice(0, longestMessage).join('')
  const what = [target, htid, rev, shard, stage, code, kind, text, patternOf(message), detail]
  const end = resolved === undefined ? [null, null, null] : [now, resolved.resolution, resolved.note]
  return [...what, attempts, pid, host, worker, now, ...end]
}
