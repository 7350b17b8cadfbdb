import type { Connection } from '../connection.ts'

/** What stands of a source, beside its watermarks and counts. */
export interface SourceStanding {
  readonly source: string
  /** Unresolved. */
  readonly errors: number
  /** Records whose items have not reached slip_rights. */
  readonly pending: number
}

const errors = `
  SELECT source, count(*) AS number FROM slip_errors
  WHERE target IS NULL AND source IS NOT NULL AND resolved_at IS NULL GROUP BY source`

const statements = {
  postgres: { errors, pending: 'SELECT source, count(*) AS number FROM slip_record WHERE pending GROUP BY source' },
  mysql: { errors, pending: 'SELECT source, count(*) AS number FROM slip_record WHERE pending = 1 GROUP BY source' },
}

/** Of the sources that have some of either, by name. */
export async function readStandings(db: Connection): Promise<Map<string, SourceStanding>> {
  const sql = statements[db.dialect]
  const count = async (statement: string) => {
    const rows = await db.query<{ source: string; number: number }>(statement)
    return new Map(rows.map(({ source, number }) => [source, number]))
  }
  const [ofErrors, ofPending] = [await count(sql.errors), await count(sql.pending)]
  const names = new Set([...ofErrors.keys(), ...ofPending.keys()])
  return new Map(
    [...names].map((source) => [
      source,
      { source, errors: ofErrors.get(source) ?? 0, pending: ofPending.get(source) ?? 0 },
    ]),
  )
}

/** What errors of sources are counted by. */
export const groupings = { stage: 'stage', code: 'code', message: 'pattern', target: 'target' } as const
export type Grouping = keyof typeof groupings

export interface SourceGroup {
  /** '' = items whose record is of no source. */
  readonly source: string
  readonly by: Readonly<Record<string, string | null>>
  readonly errors: number
  readonly first: string
  readonly last: string
}

/**
 * Unresolved errors counted by source, most first: those of what the source could not give, and those of items whose
 * record came from it.
 */
export async function groupSourceErrors(
  db: Connection,
  by: readonly Grouping[],
  source?: string,
): Promise<SourceGroup[]> {
  const columns = by.map((each) => groupings[each])
  const place = db.dialect === 'postgres' ? '$1' : '?'
  const rows = await db.query<Record<string, unknown>>(
    `SELECT source, ${columns.map((column) => `${column}, `).join('')}count(*) AS errors,
            min(error_time) AS first_time, max(error_time) AS last_time
     FROM (SELECT coalesce(e.source, c.source, '') AS source, e.stage, e.code, e.pattern, e.target, e.error_time
           FROM slip_errors e
           LEFT JOIN slip_rights r ON r.htid = e.htid
           LEFT JOIN slip_record c ON c.record_id = r.record_id
           WHERE e.resolved_at IS NULL) AS d
     ${source === undefined ? '' : `WHERE source = ${place}`}
     GROUP BY ${['source', ...columns].join(', ')}
     ORDER BY errors DESC, ${['source', ...columns].join(', ')}`,
    source === undefined ? [] : [source],
  )
  return rows.map((row) => ({
    source: row.source as string,
    by: Object.fromEntries(by.map((each) => [each, row[groupings[each]] as string | null])),
    errors: Number(row.errors),
    first: row.first_time as string,
    last: row.last_time as string,
  }))
}
