import type { Connection } from '../connection.ts'
import type { RightsRow } from './rights-row.ts'

interface Stored {
  htid: string
  attr: number | null
  reason: string | null
  source: string | null
  access_profile: string | null
  rights_time: string | null
  record_id: string | null
  update_date: number | null
  record_digest: string | null
  holdings_digest: string | null
  collections_digest: string | null
  digest: string
  rev: number
  withdrawn: boolean | number
}

const columns = `htid, attr, reason, source, access_profile, rights_time, record_id, update_date, record_digest,
  holdings_digest, collections_digest, digest, rev, withdrawn_at IS NOT NULL AS withdrawn`

const select = `SELECT ${columns} FROM slip_rights`
const postgres = {
  read: `${select} WHERE htid = ANY($1)`,
  lock: `${select} WHERE htid = ANY($1) ORDER BY htid FOR UPDATE`,
}
/** By primary key whatever the optimizer thinks: a scan would wait for rows that are none of ours. */
const mysql = {
  read: `${select} WHERE htid IN (?)`,
  lock: `${select} FORCE INDEX (PRIMARY) WHERE htid IN (?) ORDER BY htid FOR UPDATE`,
}
const statements = { postgres, mysql }

/** The rows of these items, by id. */
export async function readRights(db: Connection, htids: readonly string[]): Promise<Map<string, RightsRow>> {
  return rowsOf(db, statements[db.dialect].read, htids)
}

/** The rows of these items, locked in id order until the end of the transaction. */
export async function lockRights(tx: Connection, htids: readonly string[]): Promise<Map<string, RightsRow>> {
  return rowsOf(tx, statements[tx.dialect].lock, htids)
}

async function rowsOf(db: Connection, sql: string, htids: readonly string[]): Promise<Map<string, RightsRow>> {
  if (htids.length === 0) return new Map()
  const rows = await db.query<Stored & Record<string, unknown>>(sql, [htids])
  return new Map(rows.map((row) => [row.htid, rightsRowOf(row)]))
}

const rightsRowOf = (row: Stored): RightsRow => ({
  htid: row.htid,
  attr: row.attr,
  reason: row.reason,
  source: row.source,
  accessProfile: row.access_profile,
  rightsTime: row.rights_time,
  recordId: row.record_id,
  updateDate: row.update_date,
  recordDigest: row.record_digest,
  holdingsDigest: row.holdings_digest,
  collectionsDigest: row.collections_digest,
  digest: row.digest,
  rev: row.rev,
  withdrawn: Boolean(row.withdrawn),
})
