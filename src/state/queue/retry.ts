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

const mysql = `
  SELECT target, htid FROM slip_errors
  WHERE resolved_at IS NULL AND target IS NOT NULL AND htid IS NOT NULL
    AND (? IS NULL OR target = ?) AND (? OR htid IN (?)) AND (? IS NULL OR code = ?)
  ORDER BY target, htid`

/** Returns the ids requested, by target. */
export async function retryErrors(tx: Connection, filter: ErrorFilter): Promise<Map<string, string[]>> {
  const requested = new Map<string, string[]>()
  const rows = await findErrors(tx, filter)
  for (const [target, items] of Map.groupBy(rows, (row) => row.target)) {
    const htids = items.map((item) => item.htid)
    requested.set(target, await requestItems(tx, target, htids, { lane: 'ops', reason: 'retry' }))
  }
  return requested
}

async function findErrors(tx: Connection, filter: ErrorFilter): Promise<{ target: string; htid: string }[]> {
  const { target = null, htids = null, code = null } = filter
  if (tx.dialect === 'postgres') return tx.query(postgres, [target, htids, code])
  if (htids?.length === 0) return []
  return tx.query(mysql, [target, target, htids === null, htids, code, code])
}
