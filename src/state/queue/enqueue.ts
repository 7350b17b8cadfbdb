import type { Connection } from '../connection.ts'
import { lanes } from './lanes.ts'
import { postgresUpsert } from './upsert-sql.ts'

/**
 * rights → ready for named items. Who: the watermark reader and the sweep with items whose rev is new to queue, ledger
 * and errors (request = false: seeing the same rev again is no request), and people through slipctl (request = true:
 * gen rises at the same rev, so a running claim is followed by a second one that reads everything again).
 */
const from = (onlyChanged: boolean) => `
  FROM slip_rights r
  LEFT JOIN slip_indexed l ON l.target = $1 AND l.htid = r.htid
  WHERE r.htid = ANY($2)${onlyChanged ? ` AND ${changed}` : ''}`

/**
 * True for a rights row `r` with ledger `l` that a target has yet to follow: newer than its queue row, or not queued
 * and neither in the ledger nor in an error of this rev.
 */
export const changed = `(
  EXISTS (SELECT 1 FROM slip_queue p WHERE p.target = $1 AND p.htid = r.htid AND p.rev < r.rev)
  OR r.rev <> coalesce(l.rev, 0)
     AND NOT EXISTS (SELECT 1 FROM slip_queue p WHERE p.target = $1 AND p.htid = r.htid)
     AND NOT EXISTS (SELECT 1 FROM slip_errors e WHERE e.target = $1 AND e.htid = r.htid AND e.rev = r.rev
                     AND (e.resolution IS NULL OR e.resolution IN ('skipped', 'purged'))))`

export interface EnqueueOptions {
  readonly lane: keyof typeof lanes
  readonly reason: string
}

/** Enqueues those of the items a target has yet to follow; returns how many. */
export async function enqueueChanged(
  tx: Connection,
  target: string,
  htids: readonly string[],
  options: EnqueueOptions,
): Promise<number> {
  const sql = `${postgresUpsert(from(true), '$3::smallint', '$4::text', false)} RETURNING 1 AS one`
  return (await tx.query(sql, [target, htids, lanes[options.lane], options.reason])).length
}

/** Requests the items anew whatever their state; returns the ids enqueued: those that have a rights row. */
export async function requestItems(
  tx: Connection,
  target: string,
  htids: readonly string[],
  options: EnqueueOptions,
): Promise<string[]> {
  const sql = `${postgresUpsert(from(false), '$3::smallint', '$4::text', true)} RETURNING q.htid`
  const rows = await tx.query<{ htid: string }>(sql, [target, htids, lanes[options.lane], options.reason])
  return rows.map((row) => row.htid)
}
