import { assertFresh, takeStamp } from '../clock.ts'
import type { Connection } from '../connection.ts'
import { lockRights } from './read-rights.ts'
import { contentDigest, type RightsContent, type RightsRow, unknownRights } from './rights-row.ts'

/**
 * – → rights row, by slip-rights. Content is compared first, dates never decide: what is the same changes nothing, what
 * differs gets rev + 1 and a new insert_time, by which slip-enqueue finds it. rev is never reset.
 *
 * Races: rows are locked in id order before they are compared, so two writers of one item follow each other; two that
 * insert the same new item end as NEW and one more rev. The transaction is rolled back when it took longer than half
 * the overlap (clock.ts): its stamp could lie behind a watermark.
 */
export type Change = 'NEW' | 'UPDATED' | 'MOVED' | 'WITHDRAWN' | 'FORCED' | 'NOOP'

export interface Contribution {
  readonly htid: string
  /** What the item should be, from what it is (null = no row yet); null = leave it alone. */
  readonly apply: (known: RightsRow | null) => RightsContent | null
  /** rev + 1 even when nothing changed. */
  readonly force?: boolean
}

const postgres = `
  INSERT INTO slip_rights AS r (htid, attr, reason, source, access_profile, rights_time, record_id, update_date,
                                record_digest, digest, rev, insert_time, withdrawn_at)
  SELECT htid, attr, reason, source, access_profile, rights_time, record_id, update_date, record_digest, digest, 1,
         $1::timestamptz, CASE WHEN withdrawn THEN $1::timestamptz END
  FROM unnest($2::text[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::timestamp[], $8::text[], $9::int[],
              $10::text[], $11::text[], $12::boolean[])
    AS d (htid, attr, reason, source, access_profile, rights_time, record_id, update_date, record_digest, digest, withdrawn)
  ORDER BY htid
  ON CONFLICT (htid) DO UPDATE
    SET attr = EXCLUDED.attr, reason = EXCLUDED.reason, source = EXCLUDED.source,
        access_profile = EXCLUDED.access_profile, rights_time = EXCLUDED.rights_time, record_id = EXCLUDED.record_id,
        update_date = EXCLUDED.update_date, record_digest = EXCLUDED.record_digest, digest = EXCLUDED.digest,
        rev = r.rev + 1, insert_time = EXCLUDED.insert_time,
        withdrawn_at = CASE WHEN EXCLUDED.withdrawn_at IS NULL THEN NULL ELSE coalesce(r.withdrawn_at, EXCLUDED.withdrawn_at) END`

/** Applies contributions; returns what became of each item. Of an item named twice both apply, in order. */
export async function upsertRights(
  tx: Connection,
  contributions: readonly Contribution[],
): Promise<Map<string, Change>> {
  const stamp = await takeStamp(tx)
  const known = await lockRights(tx, [...new Set(contributions.map(({ htid }) => htid))])
  const wanted = new Map<string, RightsRow>()
  const changes = new Map<string, Change>()
  for (const { htid, apply, force } of contributions) {
    const before = wanted.get(htid) ?? known.get(htid) ?? null
    const content = apply(before)
    if (content === null) continue
    const digest = contentDigest(content)
    const change = classify(before, content, digest, force ?? false)
    if (change !== 'NOOP') wanted.set(htid, { ...content, htid, digest, rev: before?.rev ?? 0 })
    if (change !== 'NOOP' || !changes.has(htid)) changes.set(htid, change)
  }
  if (wanted.size > 0) {
    await tx.query(postgres, [stamp.time, ...columnsOf([...wanted.values()])])
    await assertFresh(tx, stamp)
  }
  return changes
}

function classify(
  before: (RightsContent & { digest?: string }) | null,
  after: RightsContent,
  digest: string,
  force: boolean,
): Change {
  if (before === null) return 'NEW'
  if (before.digest === digest) return force ? 'FORCED' : 'NOOP'
  if (after.withdrawn && !before.withdrawn) return 'WITHDRAWN'
  return before.recordId !== null && before.recordId !== after.recordId ? 'MOVED' : 'UPDATED'
}

function columnsOf(rows: readonly RightsRow[]): unknown[] {
  const column = <K extends keyof RightsRow>(key: K) => rows.map((row) => row[key])
  return [
    column('htid'),
    column('attr'),
    column('reason'),
    column('source'),
    column('accessProfile'),
    column('rightsTime'),
    column('recordId'),
    column('updateDate'),
    column('recordDigest'),
    column('digest'),
    column('withdrawn'),
  ]
}

/** Merges a part into what is known: what a source does not speak of stays. */
export const merge = (known: RightsRow | null, part: Partial<RightsContent>): RightsContent => ({
  ...unknownRights,
  ...strip(known),
  ...part,
})

function strip(known: RightsRow | null): Partial<RightsContent> {
  if (known === null) return {}
  const { htid: _htid, rev: _rev, digest: _digest, ...content } = known
  return content
}
