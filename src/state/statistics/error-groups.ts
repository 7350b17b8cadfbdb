import type { Connection } from '../connection.ts'

/**
 * slip_error_group, made anew by the sampler: unresolved errors with the same target, code and pattern, how many, since
 * when, and the three newest items. Errors of source files have the target ''. Both forms read slip_errors_open only.
 */
const clear = 'DELETE FROM slip_error_group'

const postgres = `
    INSERT INTO slip_error_group (target, code, pattern, items, first_time, last_time, examples, sampled_at)
    SELECT coalesce(g.target, ''), g.code, g.pattern, g.items, g.first_time, g.last_time, coalesce(x.examples, ''), clock_timestamp()
    FROM (SELECT target, code, pattern, count(*) AS items, min(error_time) AS first_time, max(error_time) AS last_time
          FROM slip_errors WHERE resolved_at IS NULL GROUP BY target, code, pattern) g
    CROSS JOIN LATERAL (
      SELECT string_agg(coalesce(e.htid, e.source), ' ' ORDER BY e.error_time DESC) AS examples FROM (
        SELECT htid, source, error_time FROM slip_errors
        WHERE resolved_at IS NULL AND target IS NOT DISTINCT FROM g.target AND code = g.code AND pattern = g.pattern
        ORDER BY error_time DESC LIMIT 3) e) x`

const mysql = {
  groups: `
    SELECT target, code, pattern, COUNT(*) AS items, MIN(error_time) AS first_time, MAX(error_time) AS last_time
    FROM slip_errors FORCE INDEX (slip_errors_open) WHERE resolved_at IS NULL GROUP BY target, code, pattern`,
  examples: `
    SELECT COALESCE(htid, source) AS name FROM slip_errors FORCE INDEX (slip_errors_open)
    WHERE resolved_at IS NULL AND target <=> ? AND code = ? AND pattern = ? ORDER BY error_time DESC LIMIT 3`,
  insert: `
    INSERT INTO slip_error_group (target, code, pattern, items, first_time, last_time, examples, sampled_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, SYSDATE(6))`,
}

/** Returns how many groups there are. */
export async function groupErrors(tx: Connection): Promise<number> {
  await tx.change(clear)
  if (tx.dialect === 'postgres') return tx.change(postgres)
  const groups = await tx.query<Group & Record<string, unknown>>(mysql.groups)
  for (const { target, code, pattern, items, first_time, last_time } of groups) {
    const names = await tx.query<{ name: string | null }>(mysql.examples, [target, code, pattern])
    const examples = names.map(({ name }) => name ?? '').join(' ')
    await tx.change(mysql.insert, [target ?? '', code, pattern, items, first_time, last_time, examples])
  }
  return groups.length
}

interface Group {
  readonly target: string | null
  readonly code: string
  readonly pattern: string
  readonly items: number
  readonly first_time: string
  readonly last_time: string
}
