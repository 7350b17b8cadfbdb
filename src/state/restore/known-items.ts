import type { Connection } from '../connection.ts'
import { slicesOf } from '../queue/slices.ts'

/** What the tables know of an item in a target. */
export interface KnownItem {
  readonly ledger: LedgerEntry | null
  readonly queue: QueueEntry | null
  readonly hasRights: boolean
}

export interface LedgerEntry {
  readonly htid: string
  readonly shard: number
  readonly rev: number
  readonly fence: number
  readonly presence: 'indexed' | 'absent'
  readonly digest: string | null
}

export interface QueueEntry {
  readonly htid: string
  readonly state: number
  readonly gen: number
  readonly fence: number
  readonly claim_token: string | null
}

const ledgerColumns = 'htid, shard, rev, fence, presence, digest'
const queueColumns = 'htid, state, gen, fence, claim_token'

const postgres = {
  page: `SELECT ${ledgerColumns} FROM slip_indexed WHERE target = $1 AND htid > $2 ORDER BY htid LIMIT $3`,
  ledger: `SELECT ${ledgerColumns} FROM slip_indexed WHERE target = $1 AND htid = ANY($2) ORDER BY htid`,
  queue: `SELECT ${queueColumns} FROM slip_queue WHERE target = $1 AND htid = ANY($2) ORDER BY htid`,
  rights: 'SELECT htid FROM slip_rights WHERE htid = ANY($1)',
}

/** FORCE INDEX (PRIMARY): a scan would lock rows that are none of these. */
const mysql = {
  page: `SELECT ${ledgerColumns} FROM slip_indexed WHERE target = ? AND htid > ? ORDER BY htid LIMIT ?`,
  ledger: `SELECT ${ledgerColumns} FROM slip_indexed FORCE INDEX (PRIMARY) WHERE target = ? AND htid IN (?) ORDER BY htid`,
  queue: `SELECT ${queueColumns} FROM slip_queue FORCE INDEX (PRIMARY) WHERE target = ? AND htid IN (?) ORDER BY htid`,
  rights: 'SELECT htid FROM slip_rights WHERE htid IN (?)',
}

const statements = { postgres, mysql }

/** A page of the ledger in id order after `after`. */
export function ledgerPage(db: Connection, target: string, after: string, limit: number): Promise<LedgerEntry[]> {
  return db.query<LedgerEntry & Record<string, unknown>>(statements[db.dialect].page, [target, after, limit])
}

/**
 * What is known of these items, by id; every id has an entry. With `lock` their rows of queue and ledger stay as they
 * are until the end of the transaction, locked in this order and in that of the ids.
 */
export async function knownItems(
  db: Connection,
  target: string,
  htids: readonly string[],
  lock = false,
): Promise<Map<string, KnownItem>> {
  const sql = statements[db.dialect]
  const forUpdate = lock ? ' FOR UPDATE' : ''
  const queue = new Map<string, QueueEntry>()
  const ledger = new Map<string, LedgerEntry>()
  const rights = new Set<string>()
  const slices = [...slicesOf(htids)]
  for (const slice of slices) {
    const rows = await db.query<QueueEntry & Record<string, unknown>>(sql.queue + forUpdate, [target, slice])
    for (const row of rows) queue.set(row.htid, row)
  }
  for (const slice of slices) {
    const rows = await db.query<LedgerEntry & Record<string, unknown>>(sql.ledger + forUpdate, [target, slice])
    for (const row of rows) ledger.set(row.htid, row)
    for (const { htid } of await db.query<{ htid: string }>(sql.rights, [slice])) rights.add(htid)
  }
  return new Map(
    slices
      .flat()
      .map((htid) => [
        htid,
        { ledger: ledger.get(htid) ?? null, queue: queue.get(htid) ?? null, hasRights: rights.has(htid) },
      ]),
  )
}
