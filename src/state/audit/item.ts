import type { Connection } from '../connection.ts'

/** Everything the tables know of one item. */
export interface ItemReport {
  readonly htid: string
  readonly rights: Record<string, unknown> | null
  readonly queue: Record<string, unknown>[]
  readonly indexed: Record<string, unknown>[]
  readonly errors: Record<string, unknown>[]
}

export async function itemReport(db: Connection, htid: string): Promise<ItemReport> {
  const [rights] = await db.query('SELECT * FROM slip_rights WHERE htid = $1', [htid])
  const queue = await db.query(
    `SELECT q.*, l.name AS lane_name, s.name AS state_name, c.lease_until
     FROM slip_queue q JOIN slip_lane l USING (lane) JOIN slip_state s ON s.state = q.state
     LEFT JOIN slip_claim c ON c.token = q.claim_token WHERE htid = $1 ORDER BY target`,
    [htid],
  )
  const indexed = await db.query('SELECT * FROM slip_indexed WHERE htid = $1 ORDER BY target', [htid])
  const errors = await db.query('SELECT * FROM slip_errors WHERE htid = $1 ORDER BY id DESC', [htid])
  return { htid, rights: rights ?? null, queue, indexed, errors }
}
