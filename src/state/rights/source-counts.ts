import { countsOf, type SourceCount, type SourceCounts, sourceCounts } from '../../events/source-counts.ts'
import type { Connection } from '../connection.ts'

/**
 * What a source gave, in its last pass and since it was first read: two rows of slip_source_count. Who may: whoever reads
 * the source. Two that read it at once add up in the totals; the row of the pass is that of the one that began last.
 */
const names = sourceCounts.map(columnOf)
const list = names.join(', ')

const postgres = {
  add: `
    INSERT INTO slip_source_count AS c (source, span, since, counted_at, ${list})
    SELECT $1, span, clock_timestamp(), clock_timestamp(), ${names.map((_, at) => `$${at + 3}::bigint`).join(', ')}
    FROM (VALUES ('pass'), ('total')) AS s (span)
    ON CONFLICT (source, span) DO UPDATE
      SET ${names.map((name) => `${name} = EXCLUDED.${name} + CASE WHEN c.span = 'pass' AND $2 THEN 0 ELSE c.${name} END`).join(', ')},
          since = CASE WHEN c.span = 'pass' AND $2 THEN EXCLUDED.since ELSE c.since END,
          counted_at = EXCLUDED.counted_at`,
}

const mysql = {
  add: `
    INSERT INTO slip_source_count (source, span, since, counted_at, ${list})
    VALUES (?, 'pass', SYSDATE(6), SYSDATE(6), ${names.map(() => '?').join(', ')}),
           (?, 'total', SYSDATE(6), SYSDATE(6), ${names.map(() => '?').join(', ')})
    ON DUPLICATE KEY UPDATE
      ${names.map((name) => `${name} = VALUES(${name}) + IF(span = 'pass' AND ?, 0, ${name})`).join(', ')},
      since = IF(span = 'pass' AND ?, VALUES(since), since), counted_at = VALUES(counted_at)`,
}

function columnOf(count: SourceCount): string {
  return count === 'outOfScope' ? 'out_of_scope' : count
}

/** Adds to the counts of a source; `begins`: with these its pass begins. */
export async function addSourceCounts(
  tx: Connection,
  source: string,
  counts: SourceCounts,
  begins: boolean,
): Promise<void> {
  const values = sourceCounts.map((count) => counts[count])
  if (tx.dialect === 'postgres') await tx.change(postgres.add, [source, begins, ...values])
  else {
    const flags = Array.from({ length: names.length + 1 }, () => begins)
    await tx.change(mysql.add, [source, ...values, source, ...values, ...flags])
  }
}

export interface SourceReport {
  readonly source: string
  readonly span: 'pass' | 'total'
  /** When this began to be counted. */
  readonly since: string
  /** When it was last added to. */
  readonly countedAt: string
  readonly counts: SourceCounts
}

/** Of all sources that were ever read, by name. */
export async function readSourceCounts(db: Connection): Promise<SourceReport[]> {
  const rows = await db.query<Record<string, unknown>>(
    `SELECT source, span, since, counted_at, ${list} FROM slip_source_count ORDER BY source, span`,
  )
  return rows.map((row) => ({
    source: row.source as string,
    span: row.span as SourceReport['span'],
    since: row.since as string,
    countedAt: row.counted_at as string,
    counts: countsOf((count) => Number(row[columnOf(count)])),
  }))
}
