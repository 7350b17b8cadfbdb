import { readSweep, type SweepPage, sweepPage } from '../audit/sweep.ts'
import type { Connection } from '../connection.ts'

/**
 * filling → live, by slip-enqueue under the duty of the target's sweep: a new target is filled by sweeps as fast as pages
 * can be read, and is live once a whole sweep found nothing to enqueue and its lane bulk is empty. While what one sweep
 * found is still being indexed there is no next one: it would read everything to find it queued.
 *
 * Held rows do not keep it from being live: a person wants them to wait.
 */
export interface FillStep {
  /** Null when there was nothing to read: bulk is not empty yet, or the target is not being filled. */
  readonly page: SweepPage | null
  readonly state: 'filling' | 'other'
  /** It was made live by this step. */
  readonly becameLive: boolean
}

/**
 * Asked at each step, so by the indexes of the states: another lane may hold millions. What is claimed has no index on
 * PostgreSQL, its claims are few. One statement, for a row that changes its state between two would be in neither.
 */
const bulk = {
  postgres: `
    SELECT 1 AS one
    WHERE EXISTS (SELECT 1 FROM slip_queue WHERE state = 0 AND target = $1 AND lane = 3)
       OR EXISTS (SELECT 1 FROM slip_claim WHERE target = $1 AND lane = 3)
       OR EXISTS (SELECT 1 FROM slip_queue WHERE state = 2 AND available_at IS NOT NULL AND target = $1 AND lane = 3)`,
  mysql: `
    SELECT 1 FROM slip_queue FORCE INDEX (slip_queue_ready)
    WHERE state IN (0, 1, 2) AND target = ? AND lane = 3 LIMIT 1`,
}

const statements = {
  postgres: {
    isFilling: `SELECT 1 FROM slip_target WHERE name = $1 AND state = 'filling'`,
    bulk: bulk.postgres,
    live: `UPDATE slip_target SET state = 'live' WHERE name = $1 AND state = 'filling'`,
  },
  mysql: {
    isFilling: `SELECT 1 FROM slip_target WHERE name = ? AND state = 'filling'`,
    bulk: bulk.mysql,
    live: `UPDATE slip_target SET state = 'live' WHERE name = ? AND state = 'filling'`,
  },
}

/** True while the sweep of a target is to run without rest. */
export async function isFilling(db: Connection, target: string): Promise<boolean> {
  return (await db.query(statements[db.dialect].isFilling, [target])).length > 0
}

/** One page of the sweep of a target that is being filled, or what ends the filling. */
export async function fillStep(tx: Connection, target: string, size: number): Promise<FillStep> {
  const waits = { page: null, state: 'filling', becameLive: false } as const
  if (!(await isFilling(tx, target))) return { ...waits, state: 'other' }
  const sweep = await readSweep(tx, target)
  if (sweep?.after === '') {
    if (!(await isBulkEmpty(tx, target))) return waits
    if (sweep.enqueued === 0 && (await becomeLive(tx, target))) return { page: null, state: 'other', becameLive: true }
  }
  return { ...waits, page: await sweepPage(tx, target, size) }
}

/** Makes a target that is being filled live when its lane bulk is empty; call it after a whole sweep that found nothing. */
export async function becomeLive(tx: Connection, target: string): Promise<boolean> {
  if (!(await isBulkEmpty(tx, target))) return false
  return (await tx.change(statements[tx.dialect].live, [target])) > 0
}

async function isBulkEmpty(tx: Connection, target: string): Promise<boolean> {
  return (await tx.query(statements[tx.dialect].bulk, [target])).length === 0
}
