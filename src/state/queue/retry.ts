import type { Connection } from '../connection.ts'
import { requestItems } from './enqueue.ts'

/**
 * error → ready, by people: the item is requested anew in lane ops and everything is read again. The errors row stays
 * unresolved until success (fixed) or the next failure (superseded).
 */
export interface ErrorFilter {
  readonly target?: string | undefined
  readonly htids?: readonly string[] | undefined
  readonly code?: string | undefined
}

const postgres = `
  SELECT target, htid FROM slip_errors
  WHERE resolved_at IS NULL AND target IS NOT NULL AND htid IS NOT NULL
    AND ($1::text IS NULL OR target = $1) AND ($2::text[] IS NULL OR htid = ANY($2)) AND ($3::text IS NULL OR code = $3)
  ORDER BY target, htid`

/** Returns the ids requested, by target. */
export async function retryErrors(tx: Connection, filter: ErrorFilter): Promise<Map<string, string[]>> {
  const values = [filter.target ?? null, filter.htids ?? null, filter.code ?? null]
  const requested = new Map<string, string[]>()
  const rows = await tx.query<{ target: string; htid: string }>(postgres, values)
  for (const [target, items] of Map.groupBy(rows, (row) => row.target)) {
    const htids = items.map((item) => item.htid)
    requested.set(target, await requestItems(tx, target, htids, { lane: 'ops', reason: 'retry' }))
  }
  return requested
}
