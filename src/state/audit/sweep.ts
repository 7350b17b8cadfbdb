import type { Connection } from '../connection.ts'
import { readWatermark, writeWatermark } from '../control/watermark.ts'
import { enqueueChanged } from '../queue/enqueue.ts'

/**
 * The level behind the edge: walks all rights in id order with a cursor kept in slip_watermark and enqueues whatever the
 * target has yet to follow, in lane bulk. It heals any loss, restore or hand edit; `verify` is the same query.
 *
 * Cursor and counts of the pass are one value, written with each page: all sweepers of a target share it, one at a time
 * by their duty, and a pass is counted whole whoever read its pages. Its row is locked while a page is read, for an adopt
 * that lets the sweep begin anew: the page would write its place after that.
 */
export interface SweepPage {
  readonly read: number
  readonly enqueued: number
  /** Last id read. */
  readonly last: string
  /** True when the end was reached: the next page starts over. */
  readonly whole: boolean
}

/** What slip_watermark keeps of the sweep, as JSON. */
export interface SweepCursor {
  /** Last id read; '' = between two passes. */
  readonly after: string
  /** Database clock when the pass began. */
  readonly since: string
  /** By this pass; between two passes, by the one that ended. */
  readonly read: number
  readonly enqueued: number
}

const statements = {
  postgres: {
    lock: `SELECT value FROM slip_watermark WHERE stage = 'sweep' AND name = $1 FOR UPDATE`,
    forget: `DELETE FROM slip_watermark WHERE stage = 'sweep' AND name = $1`,
    page: 'SELECT htid FROM slip_rights WHERE htid > $1 ORDER BY htid LIMIT $2',
    clock: `
      SELECT clock_timestamp() AS now,
             $1::timestamptz BETWEEN clock_timestamp() - make_interval(secs => $2::float8 / 1000) AND clock_timestamp() AS rests`,
  },
  mysql: {
    lock: `SELECT value FROM slip_watermark WHERE stage = 'sweep' AND name = ? FOR UPDATE`,
    forget: `DELETE FROM slip_watermark WHERE stage = 'sweep' AND name = ?`,
    page: 'SELECT htid FROM slip_rights WHERE htid > ? ORDER BY htid LIMIT ?',
    clock: `
      SELECT SYSDATE(6) AS now,
             CAST(? AS DATETIME(6)) BETWEEN SYSDATE(6) - INTERVAL ? * 1000 MICROSECOND AND SYSDATE(6) AS rests`,
  },
}

/** Where the sweep of a target is; null before the first, and for what a hand edit left there. */
export async function readSweep(db: Connection, target: string): Promise<SweepCursor | null> {
  return cursorOf(await readWatermark(db, 'sweep', target))
}

function cursorOf(value: string | null): SweepCursor | null {
  try {
    const cursor = JSON.parse(value ?? '') as SweepCursor
    return typeof cursor.after === 'string' && typeof cursor.since === 'string' ? cursor : null
  } catch {
    return null
  }
}

/**
 * The next page behind the cursor all sweepers of a target share, which it moves. Null between two passes, as long as
 * the last one began less than `periodMs` ago. A pass that began ahead of the clock, which was set back, is long ago.
 */
export async function sweepPage(tx: Connection, target: string, size: number, periodMs = 0): Promise<SweepPage | null> {
  const [locked] = await tx.query<{ value: string }>(statements[tx.dialect].lock, [target])
  const known = cursorOf(locked?.value ?? null)
  const [row] = await tx.query<{ now: string; rests: boolean | number | null }>(statements[tx.dialect].clock, [
    known?.since ?? null,
    periodMs,
  ])
  const isBetween = known === null || known.after === ''
  if (isBetween && row?.rests) return null
  const begun = isBetween ? { after: '', since: row?.now ?? '', read: 0, enqueued: 0 } : known
  const page = await sweepFrom(tx, target, begun.after, size)
  const cursor: SweepCursor = {
    after: page.whole ? '' : page.last,
    since: begun.since,
    read: begun.read + page.read,
    enqueued: begun.enqueued + page.enqueued,
  }
  const foundSome = page.whole && cursor.enqueued > 0
  await writeWatermark(tx, 'sweep', target, JSON.stringify(cursor), page.whole, foundSome)
  return page
}

/** The next page of the sweep of a target is the first of a new pass, without a rest before it. */
export async function beginSweepAnew(tx: Connection, target: string): Promise<void> {
  await tx.change(statements[tx.dialect].forget, [target])
}

/** A page of `size` ids after `after` ('' = from the first); moves no cursor. */
export async function sweepFrom(tx: Connection, target: string, after: string, size: number): Promise<SweepPage> {
  const rows = await tx.query<{ htid: string }>(statements[tx.dialect].page, [after, size])
  const htids = rows.map((row) => row.htid)
  const enqueued = htids.length === 0 ? 0 : await enqueueChanged(tx, target, htids, { lane: 'bulk', reason: 'sweep' })
  return { read: rows.length, enqueued, last: htids.at(-1) ?? after, whole: rows.length < size }
}
