import type { Connection } from '../connection.ts'
import { withLedger } from '../queue/row-of.ts'

/** An item whose rights row changed, and how far a target is with that revision. */
export interface ChangedItem {
  readonly htid: string
  readonly insertTime: string
  readonly outcome: 'open' | 'settled' | 'error'
}

/** Up to where they were looked at. */
export interface ChangedFrom {
  readonly time: string
  readonly htid: string
}

const stateOf = (one: string, hint = '') => `
  CASE WHEN l.rev = r.rev THEN 'settled'
       WHEN EXISTS (SELECT 1 FROM slip_errors e${hint} WHERE e.target = ${one} AND e.htid = r.htid AND e.rev = r.rev
                      AND e.resolved_at IS NULL) THEN 'error'
       WHEN EXISTS (SELECT 1 FROM slip_errors e${hint} WHERE e.target = ${one} AND e.htid = r.htid AND e.rev = r.rev
                      AND e.resolution IN ('skipped', 'purged')) THEN 'settled'
       ELSE 'open' END`

const statements = {
  postgres: `
    SELECT r.htid, r.insert_time AS "insertTime", ${stateOf('$1')} AS outcome FROM slip_rights r ${withLedger('$1', 'r')}
    WHERE (r.insert_time, r.htid) > ($2::timestamptz, $3::text) AND r.insert_time <= $4::timestamptz
    ORDER BY r.insert_time, r.htid LIMIT $5`,
  mysql: `
    SELECT r.htid, r.insert_time AS insertTime, ${stateOf('?', ' FORCE INDEX (slip_errors_item)')} AS outcome FROM slip_rights r
    LEFT JOIN slip_indexed l ON l.target = ? AND l.htid = r.htid
    WHERE r.insert_time >= CAST(? AS DATETIME(6)) AND (r.insert_time > CAST(? AS DATETIME(6)) OR r.htid > ?)
      AND r.insert_time <= CAST(? AS DATETIME(6))
    ORDER BY r.insert_time, r.htid LIMIT ?`,
}

/** The next page of items that changed behind `from` and until a time, in the order in which they did. */
export async function changedItems(
  db: Connection,
  target: string,
  from: ChangedFrom,
  until: string,
  size: number,
): Promise<ChangedItem[]> {
  const { time, htid } = from
  const values =
    db.dialect === 'postgres'
      ? [target, time, htid, until, size]
      : [target, target, target, time, time, htid, until, size]
  return db.query<ChangedItem & Record<string, unknown>>(statements[db.dialect], values)
}
