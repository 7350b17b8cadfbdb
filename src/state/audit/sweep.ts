import type { Connection } from '../connection.ts'
import { readWatermark, writeWatermark } from '../control/watermark.ts'
import { enqueueChanged } from '../queue/enqueue.ts'

/**
 * The level behind the edge: walks all rights in id order with a cursor kept in slip_watermark and enqueues whatever the
 * target has yet to follow, in lane bulk. It heals any loss, restore or hand edit; `verify` is the same query.
 */
export interface SweepPage {
  readonly read: number
  readonly enqueued: number
  /** Last id read. */
  readonly last: string
  /** True when the end was reached: the next page starts over. */
  readonly whole: boolean
}

const statements = {
  postgres: 'SELECT htid FROM slip_rights WHERE htid > $1 ORDER BY htid LIMIT $2',
  mysql: 'SELECT htid FROM slip_rights WHERE htid > ? ORDER BY htid LIMIT ?',
}

/** The next page behind the cursor all sweepers of a target share, which it moves. */
export async function sweepPage(tx: Connection, target: string, size: number): Promise<SweepPage> {
  const page = await sweepFrom(tx, target, (await readWatermark(tx, 'sweep', target)) ?? '', size)
  await writeWatermark(tx, 'sweep', target, page.whole ? '' : page.last, page.whole)
  return page
}

/** A page of `size` ids after `after` ('' = from the first); moves no cursor. */
export async function sweepFrom(tx: Connection, target: string, after: string, size: number): Promise<SweepPage> {
  const rows = await tx.query<{ htid: string }>(statements[tx.dialect], [after, size])
  const htids = rows.map((row) => row.htid)
  const enqueued = htids.length === 0 ? 0 : await enqueueChanged(tx, target, htids, { lane: 'bulk', reason: 'sweep' })
  return { read: rows.length, enqueued, last: htids.at(-1) ?? after, whole: rows.length < size }
}
