import type { Connection } from '../connection.ts'
import type { ErrorRow } from './errors.ts'

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
  readonly empty_pages: number | null
  readonly invalid_bytes: number | null
  readonly bytes: number | null
  readonly code_version: string | null
  readonly host: string | null
}

export async function itemReport(db: Connection, htid: string): Promise<ItemReport> {
  const [rights] = await db.query<ItemRights>('SELECT * FROM slip_rights WHERE htid = $1', [htid])
  const queue = await db.query<ItemQueue>(
    `SELECT q.*, l.name AS lane_name, s.name AS state_name, c.lease_until
     FROM slip_queue q JOIN slip_lane l USING (lane) JOIN slip_state s ON s.state = q.state
     LEFT JOIN slip_claim c ON c.token = q.claim_token WHERE htid = $1 ORDER BY q.target`,
    [htid],
  )
  const indexed = await db.query<ItemLedger>('SELECT * FROM slip_indexed WHERE htid = $1 ORDER BY target', [htid])
  const errors = await db.query<ErrorRow>('SELECT * FROM slip_errors WHERE htid = $1 ORDER BY id DESC', [htid])
  return { htid, rights: rights ?? null, queue, indexed, errors }
}
