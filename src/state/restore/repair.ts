import type { Connection } from '../connection.ts'
import { requestItems } from '../queue/enqueue.ts'

/**
 * What a shard lacks that was set back: all its ledger rows settled since the marker it has, whatever the clock did: no
 * settle is told a time before the newest marker that may have been sent. They are requested anew; their rights say
 * whether that is to index or to remove. A row that is claimed now may have been posted before the shard was set back and
 * be settled after its page was read, so claimed rows are requested too, and read again at their exit.
 *
 * The ledger has no index by time, and gets none: pages of its primary key, once in a blue moon.
 */
export interface RepairPage {
  readonly read: number
  readonly requested: number
  /** Where the next page starts; null = this was the last. */
  readonly after: string | null
}

export interface Setback {
  readonly target: string
  readonly shard: number
  /** Microseconds since 1970; 0 = everything. */
  readonly from: number
  /** When it was set back, microseconds since 1970 by the database's clock: what tells it from the next. */
  readonly since: number
}

const postgres = {
  page: `
    SELECT htid, shard = $2 AND time >= timestamptz 'epoch' + $3 * interval '1 microsecond' AS lacking
    FROM slip_indexed WHERE target = $1 AND htid > $4 ORDER BY htid LIMIT $5`,
  claimed: 'SELECT htid FROM slip_queue WHERE target = $1 AND shard = $2 AND state = 1 ORDER BY htid',
}

const mysql = {
  page: `
    SELECT htid, shard = ? AND time >= CAST('1970-01-01' AS DATETIME(6)) + INTERVAL ? MICROSECOND AS lacking
    FROM slip_indexed WHERE target = ? AND htid > ? ORDER BY htid LIMIT ?`,
  claimed: 'SELECT htid FROM slip_queue WHERE target = ? AND shard = ? AND state = 1 ORDER BY htid',
}

const statements = { postgres, mysql }

type Lane = 'ops' | 'bulk'

/** Requests what is claimed of the shard now; returns how many. Before the pages of the ledger. */
export async function repairClaimed(tx: Connection, { target, shard }: Setback, lane: Lane): Promise<number> {
  const rows = await tx.query<{ htid: string }>(statements[tx.dialect].claimed, [target, shard])
  const htids = rows.map(({ htid }) => htid)
  return htids.length === 0 ? 0 : (await requestItems(tx, target, htids, { lane, reason: 'repair' })).length
}

/** Requests what a page of the ledger says the shard lacks; with lane null only counts it. */
export async function repairPage(
  tx: Connection,
  { target, shard, from }: Setback,
  page: { readonly after: string; readonly size: number },
  lane: Lane | null,
): Promise<RepairPage> {
  const { after, size } = page
  const sql = statements[tx.dialect].page
  const values = tx.dialect === 'postgres' ? [target, shard, from, after, size] : [shard, from, target, after, size]
  const rows = await tx.query<{ htid: string; lacking: boolean | number }>(sql, values)
  const htids = rows.filter(({ lacking }) => lacking).map(({ htid }) => htid)
  const requested =
    lane === null || htids.length === 0
      ? htids.length
      : (await requestItems(tx, target, htids, { lane, reason: 'repair' })).length
  return { read: rows.length, requested, after: rows.length < size ? null : (rows.at(-1)?.htid ?? null) }
}
