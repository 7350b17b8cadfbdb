import type { Connection } from '../connection.ts'
import { asked, isRow } from '../queue/row-of.ts'
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

const ledgerColumns = 'k.htid, k.shard, k.rev, k.fence, k.presence, k.digest'
const queueColumns = 'k.htid, k.state, k.gen, k.fence, k.claim_token'

const page = (place: readonly string[]) => `
  SELECT ${ledgerColumns} FROM slip_indexed k
  WHERE k.target = ${place[0]} AND k.htid > ${place[1]} ORDER BY k.htid LIMIT ${place[2]}`

const namedInPostgres = (columns: string, table: string) => `
  WITH ${asked('$1', '$2::text[]')}
  SELECT ${columns} FROM asked JOIN ${table} k ON ${isRow('k', 'asked')} ORDER BY k.htid`

const postgres = {
  page: page(['$1', '$2', '$3']),
  ledger: namedInPostgres(ledgerColumns, 'slip_indexed'),
  queue: namedInPostgres(queueColumns, 'slip_queue'),
  rights: `
  SELECT d.htid FROM unnest($1::text[]) AS d (htid)
  WHERE (SELECT true FROM slip_rights r WHERE r.htid = d.htid LIMIT 1)`,
}

/** FORCE INDEX (PRIMARY): a scan would lock rows that are none of these. */
const namedInMysql = (columns: string, table: string) => `
  SELECT ${columns} FROM ${table} k FORCE INDEX (PRIMARY) WHERE k.target = ? AND k.htid IN (?) ORDER BY k.htid`

const mysql = {
  page: page(['?', '?', '?']),
  ledger: namedInMysql(ledgerColumns, 'slip_indexed'),
  queue: namedInMysql(queueColumns, 'slip_queue'),
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
