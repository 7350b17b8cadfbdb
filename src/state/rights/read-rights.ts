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
  digest: string
  rev: number
  withdrawn: boolean
}

const columns = `htid, attr, reason, source, access_profile, rights_time, record_id, update_date, record_digest, digest,
  rev, withdrawn_at IS NOT NULL AS withdrawn`

/** The rows of these items, by id. */
export async function readRights(db: Connection, htids: readonly string[]): Promise<Map<string, RightsRow>> {
  return toMap(await db.query<Stored>(`SELECT ${columns} FROM slip_rights WHERE htid = ANY($1)`, [htids]))
}

/** The rows of these items, locked in id order until the end of the transaction. */
export async function lockRights(tx: Connection, htids: readonly string[]): Promise<Map<string, RightsRow>> {
  const sql = `SELECT ${columns} FROM slip_rights WHERE htid = ANY($1) ORDER BY htid FOR UPDATE`
  return toMap(await tx.query<Stored>(sql, [htids]))
}

function toMap(rows: Stored[]): Map<string, RightsRow> {
  return new Map(
    rows.map(({ access_profile, rights_time, record_id, update_date, record_digest, ...row }) => [
      row.htid,
      {
        ...row,
        accessProfile: access_profile,
        rightsTime: rights_time,
        recordId: record_id,
        updateDate: update_date,
        recordDigest: record_digest,
      },
    ]),
  )
}
