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
  /** True when the end was reached: the next page starts over. */
  readonly whole: boolean
}

export async function sweepPage(tx: Connection, target: string, size: number): Promise<SweepPage> {
  const after = (await readWatermark(tx, 'sweep', target)) ?? ''
  const rows = await tx.query<{ htid: string }>('SELECT htid FROM slip_rights WHERE htid > $1 ORDER BY htid LIMIT $2', [
    after,
    size,
  ])
  const htids = rows.map((row) => row.htid)
  const enqueued = htids.length === 0 ? 0 : await enqueueChanged(tx, target, htids, { lane: 'bulk', reason: 'sweep' })
  const whole = rows.length < size
  await writeWatermark(tx, 'sweep', target, whole ? '' : (htids.at(-1) ?? ''), whole)
  return { read: rows.length, enqueued, whole }
}

/** Starts the sweep of a target over from the first id. */
export async function restartSweep(tx: Connection, target: string): Promise<void> {
  await writeWatermark(tx, 'sweep', target, '')
}
