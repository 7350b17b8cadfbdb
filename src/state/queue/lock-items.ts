import type { Connection } from '../connection.ts'
import { slicesOf } from './slices.ts'

/** MySQL: a queue row that a person has named, locked. */
export interface LockedItem extends Record<string, unknown> {
  readonly htid: string
  readonly state: number
  readonly shard: number
  readonly rev: number
  readonly fence: number
  readonly attempts: number
  readonly unproven: boolean
  readonly waive: string | null
  readonly now: string
}

const lock = `
  SELECT htid, state, shard, rev, fence, attempts, unproven, waive, SYSDATE(6) AS now
  FROM slip_queue FORCE INDEX (PRIMARY) WHERE target = ? AND htid IN (?) ORDER BY htid FOR UPDATE`

/** MySQL: locks the queue rows of these ids, whoever has claimed them; those that are not queued are left out. */
export async function lockItems(tx: Connection, target: string, htids: readonly string[]): Promise<LockedItem[]> {
  const rows: LockedItem[] = []
  for (const slice of slicesOf(htids)) rows.push(...(await tx.query<LockedItem>(lock, [target, slice])))
  return rows
}

/** A queue row as far as an answer to a person needs it. */
type Row = Pick<LockedItem, 'htid' | 'state'>

const isClaimed = ({ state }: Row) => state === 1

/** What became of ids a person named: free rows, claimed ones, and those that are not queued. */
export function sortNamed(htids: readonly string[], rows: readonly Row[]) {
  const found = new Set(rows.map(({ htid }) => htid))
  return {
    free: rows.filter((row) => !isClaimed(row)).map(({ htid }) => htid),
    claimed: rows.filter(isClaimed).map(({ htid }) => htid),
    unknown: [...new Set(htids)].filter((htid) => !found.has(htid)),
  }
}
