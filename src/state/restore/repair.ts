import type { Connection } from '../connection.ts'
import { requestItems } from '../queue/enqueue.ts'

/**
 * What shards lack that were set back: all their ledger rows settled since the marker each has, whatever the clock did: no
 * settle is told a time before the newest marker that may have been sent. They are requested anew; their rights say
 * whether that is to index or to remove. A row that is claimed now may have been posted before the shard was set back and
 * be settled after its page was read, so claimed rows are requested too, and read again at their exit.
 *
 * The ledger has no index by time, and gets none: pages of its primary key, once in a blue moon, and once for all shards of a
 * target that are behind. What each lacks is looked up by its number: a table of them, joined, would be a choice for the
 * planner, and one of its choices sorts the whole ledger for each page.
 */
export interface RepairPage {
  readonly read: number
  /** By shard. */
  readonly requested: ReadonlyMap<number, number>
  /** Where the next page starts; null = this was the last. */
  readonly after: string | null
}

export interface Setback {
  readonly shard: number
  /** Microseconds since 1970; 0 = everything. */
  readonly from: number
  /** When it was set back, microseconds since 1970 by the database's clock: what tells it from the next. */
  readonly since: number
}

const postgres = {
  page: `
    SELECT htid, shard, time >= timestamptz 'epoch' + ($2::bigint[])[shard] * interval '1 microsecond' AS lacking
    FROM slip_indexed WHERE target = $1 AND htid > $3 ORDER BY htid LIMIT $4`,
  claimed: 'SELECT htid FROM slip_queue WHERE target = $1 AND shard = $2 AND state = 1 ORDER BY htid',
}

const mysql = {
  page: `
    SELECT htid, shard, time >= CAST('1970-01-01' AS DATETIME(6)) + INTERVAL ELT(shard, ?) MICROSECOND AS lacking
    FROM slip_indexed WHERE target = ? AND htid > ? ORDER BY htid LIMIT ?`,
  claimed: 'SELECT htid FROM slip_queue WHERE target = ? AND shard = ? AND state = 1 ORDER BY htid',
}

const statements = { postgres, mysql }

type Lane = 'ops' | 'bulk'

/** Requests what is claimed of the shard now; returns how many. Before the pages of the ledger. */
export async function repairClaimed(tx: Connection, target: string, shard: number, lane: Lane): Promise<number> {
  const rows = await tx.query<{ htid: string }>(statements[tx.dialect].claimed, [target, shard])
  const htids = rows.map(({ htid }) => htid)
  return htids.length === 0 ? 0 : (await requestItems(tx, target, htids, { lane, reason: 'repair' })).length
}

/** Requests all that a page of the ledger says the shards lack; with lane null only counts it. */
export async function repairPage(
  tx: Connection,
  target: string,
  setbacks: readonly Setback[],
  page: { readonly after: string; readonly size: number; readonly lane: Lane | null },
): Promise<RepairPage> {
  const { after, size, lane } = page
  const sql = statements[tx.dialect].page
  const from = fromOf(setbacks)
  const values = tx.dialect === 'postgres' ? [target, from, after, size] : [from, target, after, size]
  const rows = await tx.query<{ htid: string; shard: number; lacking: boolean | number | null }>(sql, values)
  const shardOf = new Map(rows.filter(({ lacking }) => lacking).map(({ htid, shard }) => [htid, shard]))
  const lacking = [...shardOf.keys()]
  const requested =
    lane === null || lacking.length === 0
      ? lacking
      : await requestItems(tx, target, lacking, { lane, reason: 'repair' })
  const byShard = Map.groupBy(requested, (htid) => shardOf.get(htid) as number)
  return {
    read: rows.length,
    requested: new Map([...byShard].map(([shard, htids]) => [shard, htids.length])),
    after: rows.length < size ? null : (rows.at(-1)?.htid ?? null),
  }
}

/** By number of the shard, from 1 on: null = it lacks nothing. */
function fromOf(setbacks: readonly Setback[]): (number | null)[] {
  const from: (number | null)[] = Array(Math.max(...setbacks.map(({ shard }) => shard))).fill(null)
  for (const setback of setbacks) from[setback.shard - 1] = setback.from
  return from
}
