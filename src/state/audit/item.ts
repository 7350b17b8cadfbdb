import type { Connection } from '../connection.ts'
import { type ErrorRow, errorColumns } from './errors.ts'

/** Everything the tables know of one item; timestamps are text. */
export interface ItemReport {
  readonly htid: string
  readonly rights: ItemRights | null
  /** One row a target, as the next. */
  readonly queue: readonly ItemQueue[]
  readonly indexed: readonly ItemLedger[]
  /** Newest first, resolved ones too. */
  readonly errors: readonly ErrorRow[]
}

interface ItemRights {
  readonly attr: number | null
  readonly reason: string | null
  readonly source: string | null
  readonly record_id: string | null
  readonly rev: number
  readonly insert_time: string
  readonly withdrawn_at: string | null
}

interface ItemQueue {
  readonly target: string
  readonly lane_name: string
  readonly state_name: string
  readonly action: string
  readonly shard: number
  readonly rev: number
  readonly gen: number
  readonly attempts: number
  readonly strikes: number
  readonly refusals: number
  readonly host: string | null
  readonly pid: number | null
  readonly lease_until: string | null
  readonly available_at: string | null
  readonly enqueued_at: string
  readonly reason: string
  readonly last_error: string | null
}

interface ItemLedger {
  readonly target: string
  readonly shard: number
  readonly rev: number
  readonly presence: string
  readonly digest: string | null
  readonly time: string
  readonly indexed_ct: number
  readonly pages: number | null
  readonly read_pages: number | null
  readonly empty_pages: number | null
  readonly invalid_bytes: number | null
  readonly bytes: number | null
  readonly code_version: string | null
  readonly host: string | null
}

const selectQueue = `
  SELECT q.*, l.name AS lane_name, s.name AS state_name, c.lease_until
  FROM slip_queue q JOIN slip_lane l USING (lane) JOIN slip_state s ON s.state = q.state
  LEFT JOIN slip_claim c ON c.token = q.claim_token`

const postgres = {
  rights: 'SELECT * FROM slip_rights WHERE htid = $1',
  queue: `${selectQueue} WHERE htid = $1 ORDER BY q.target`,
  indexed: 'SELECT * FROM slip_indexed WHERE htid = $1 ORDER BY target',
  errors: `SELECT ${errorColumns} FROM slip_errors WHERE htid = $1 ORDER BY id DESC`,
}

/** By the whole key, target after target: MySQL finds nothing by the second column of a key. */
const targets = '(SELECT name FROM slip_target)'
const mysql = {
  rights: 'SELECT * FROM slip_rights WHERE htid = ?',
  queue: `${selectQueue} WHERE q.target IN ${targets} AND q.htid = ? ORDER BY q.target`,
  indexed: `SELECT * FROM slip_indexed WHERE target IN ${targets} AND htid = ? ORDER BY target`,
  errors: `SELECT ${errorColumns} FROM slip_errors WHERE target IN ${targets} AND htid = ? ORDER BY id DESC`,
}

const statements = { postgres, mysql }

export async function itemReport(db: Connection, htid: string): Promise<ItemReport> {
  const sql = statements[db.dialect]
  const [rights] = await db.query<ItemRights>(sql.rights, [htid])
  const queue = await db.query<ItemQueue>(sql.queue, [htid])
  const indexed = await db.query<ItemLedger>(sql.indexed, [htid])
  const errors = await db.query<ErrorRow>(sql.errors, [htid])
  return { htid, rights: rights ?? null, queue, indexed, errors }
}
