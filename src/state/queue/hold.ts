import type { Connection } from '../connection.ts'
import { type LockedItem, lockItems, sortNamed } from './lock-items.ts'
import { asked, isRow } from './row-of.ts'
import { slicesOf } from './slices.ts'

/**
 * any → held, held → ready, by people. Ready and delayed rows are held at once. A claimed one only gets the column: its
 * worker goes on, and the exit obeys it where the row stays in the queue. Released, a held row is ready, and a claimed
 * one as if it had never been held. Requests that come meanwhile raise rev, gen and lane and leave the row held.
 *
 * Races: the rows are locked in id order before they are changed, so an exit or a claim came before or comes after.
 */
const sets = {
  hold: 'hold = true, state = CASE WHEN state = 1 THEN 1 ELSE 3 END, available_at = NULL',
  release: 'hold = false, state = CASE WHEN state = 3 THEN 0 ELSE state END',
}

const postgres = (set: string) => `
  WITH ${asked('$1', '$2::text[]')},
  named AS MATERIALIZED (
    SELECT q.target, q.htid, q.state AS was FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')}
    ORDER BY q.htid FOR UPDATE OF q),
  changed AS (UPDATE slip_queue q SET ${set} FROM named WHERE ${isRow('q', 'named')})
  SELECT htid, was AS state FROM named ORDER BY htid`

const mysql = (set: string) => `UPDATE slip_queue FORCE INDEX (PRIMARY) SET ${set} WHERE target = ? AND htid IN (?)`

const statements = {
  postgres: { hold: postgres(sets.hold), release: postgres(sets.release) },
  mysql: { hold: mysql(sets.hold), release: mysql(sets.release) },
}

/** Holds items until they are released. Those in `claimed` are held when their claim ends without taking them away. */
export async function holdItems(
  tx: Connection,
  target: string,
  htids: readonly string[],
): Promise<{ held: string[]; claimed: string[]; unknown: string[] }> {
  const { free, claimed, unknown } = sortNamed(htids, await change(tx, 'hold', target, htids))
  return { held: free, claimed, unknown }
}

/** Lets items go; one that was not held is left as it is and counts as released. */
export async function releaseItems(
  tx: Connection,
  target: string,
  htids: readonly string[],
): Promise<{ released: string[]; unknown: string[] }> {
  const { free, claimed, unknown } = sortNamed(htids, await change(tx, 'release', target, htids))
  return { released: [...free, ...claimed].sort(), unknown }
}

/** The rows as they were. */
async function change(tx: Connection, how: keyof typeof sets, target: string, htids: readonly string[]) {
  if (tx.dialect === 'postgres') {
    return tx.query<Pick<LockedItem, 'htid' | 'state'>>(statements.postgres[how], [target, [...new Set(htids)]])
  }
  const rows = await lockItems(tx, target, htids)
  for (const slice of slicesOf(rows.map(({ htid }) => htid))) await tx.change(statements.mysql[how], [target, slice])
  return rows
}
