import type { Connection } from '../connection.ts'
import { after } from './row-of.ts'
import { chunksOf } from './slices.ts'

/**
 * Who is asked about again: an item that left the queue unproven, and every delete. A post that was never heard of, or
 * that a stalled process still holds, may reach the engine later than its successor, and once the tombstone is gone
 * nothing refuses it. Due two leases from now, in the transaction of the exit, after the ledger and before the errors.
 * A row that is there starts again.
 */
const again = {
  postgres: 'ON CONFLICT (target, htid) DO UPDATE SET asked = 0, due_at = EXCLUDED.due_at',
  mysql: 'ON DUPLICATE KEY UPDATE asked = 0, due_at = VALUES(due_at)',
}

/** PostgreSQL: the ids of the query `rows`, once the CTE `ledger` has been written. */
export const recheckLater = (rows: string) => `
recheck AS (
  INSERT INTO slip_recheck (target, htid, asked, due_at)
  SELECT $1, again.htid, 0, clock_timestamp() + make_interval(secs => t.lease_ms * 2 / 1000.0)
  FROM (${rows}) AS again, slip_target t WHERE ${after('ledger')} AND t.name = $1 ORDER BY again.htid
  ${again.postgres} RETURNING 1)`

const mysql = {
  due: 'SELECT SYSDATE(6) + INTERVAL lease_ms * 2000 MICROSECOND AS due FROM slip_target WHERE name = ?',
  insert: `INSERT INTO slip_recheck (target, htid, asked, due_at) VALUES ? ${again.mysql}`,
}

/** MySQL: the same for ids in byte order. */
export async function recheckLaterMysql(tx: Connection, target: string, htids: readonly string[]): Promise<void> {
  if (htids.length === 0) return
  const [row] = await tx.query<{ due: string }>(mysql.due, [target])
  if (row === undefined) return
  for (const chunk of chunksOf(htids)) await tx.change(mysql.insert, [chunk.map((htid) => [target, htid, 0, row.due])])
}
