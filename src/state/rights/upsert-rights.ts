import { assertFresh, type Stamp, takeStamp } from '../clock.ts'
import type { Connection } from '../connection.ts'
import { chunksOf } from '../queue/slices.ts'
import { lockRights, readRights } from './read-rights.ts'
import { contentDigest, type RightsContent, type RightsRow, unknownRights } from './rights-row.ts'

/**
 * – → rights row, by slip-rights. Content is compared first, dates never decide: what is the same changes nothing, what
 * differs gets rev + 1 and a new insert_time, by which slip-enqueue finds it. rev is never reset.
 *
 * Races: rows that differ are locked in id order and compared again, so two writers of one item follow each other. Of two
 * that insert the same new item the second finds the row of the first and adds to it: it never writes what it worked out from
 * nothing over what the other said. The transaction is rolled back when it took longer than half
 * the overlap (clock.ts): its stamp could lie behind a watermark.
 *
 * MySQL cannot say which rows an insert left alone. There the plain insert fails when another was first; that undoes the
 * one statement, all its items count as forestalled, and the lock of the next round finds what the other wrote.
 */
export type Change = 'NEW' | 'UPDATED' | 'MOVED' | 'WITHDRAWN' | 'FORCED' | 'NOOP'

export interface Contribution {
  readonly htid: string
  /** What the item should be, from what it is (null = no row yet); null = leave it alone. */
  readonly apply: (known: RightsRow | null) => RightsContent | null
  /** rev + 1 though the content is the same, and as what it is told: something that no row holds has changed. */
  readonly raise?: 'FORCED' | 'UPDATED'
}

const insertPostgres = `
  INSERT INTO slip_rights AS r (htid, attr, reason, source, access_profile, rights_time, record_id, update_date,
                                record_digest, holdings_digest, collections_digest, digest, rev, insert_time, withdrawn_at)
  SELECT htid, attr, reason, source, access_profile, rights_time, record_id, update_date, record_digest, holdings_digest,
         collections_digest, digest, 1, $1::timestamptz, CASE WHEN withdrawn THEN $1::timestamptz END
  FROM unnest($2::text[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::timestamp[], $8::text[], $9::int[],
              $10::text[], $11::text[], $12::text[], $13::text[], $14::boolean[])
    AS d (htid, attr, reason, source, access_profile, rights_time, record_id, update_date, record_digest, holdings_digest,
          collections_digest, digest, withdrawn)
  ORDER BY htid
  ON CONFLICT (htid) `

const postgres = {
  insert: `${insertPostgres} DO NOTHING RETURNING htid`,
  update: `${insertPostgres} DO UPDATE
    SET attr = EXCLUDED.attr, reason = EXCLUDED.reason, source = EXCLUDED.source,
        access_profile = EXCLUDED.access_profile, rights_time = EXCLUDED.rights_time, record_id = EXCLUDED.record_id,
        update_date = EXCLUDED.update_date, record_digest = EXCLUDED.record_digest,
        holdings_digest = EXCLUDED.holdings_digest, collections_digest = EXCLUDED.collections_digest,
        digest = EXCLUDED.digest, rev = r.rev + 1, insert_time = EXCLUDED.insert_time,
        withdrawn_at = CASE WHEN EXCLUDED.withdrawn_at IS NULL THEN NULL ELSE coalesce(r.withdrawn_at, EXCLUDED.withdrawn_at) END`,
}

const insertMysql = `
  INSERT INTO slip_rights (htid, attr, reason, source, access_profile, rights_time, record_id, update_date,
                           record_digest, holdings_digest, collections_digest, digest, rev, insert_time, withdrawn_at)
  VALUES ?`

const mysql = {
  insert: insertMysql,
  /** Every row is there and locked. */
  update: `${insertMysql}
  ON DUPLICATE KEY UPDATE
    attr = VALUES(attr), reason = VALUES(reason), source = VALUES(source), access_profile = VALUES(access_profile),
    rights_time = VALUES(rights_time), record_id = VALUES(record_id), update_date = VALUES(update_date),
    record_digest = VALUES(record_digest), holdings_digest = VALUES(holdings_digest),
    collections_digest = VALUES(collections_digest), digest = VALUES(digest), rev = rev + 1, insert_time = VALUES(insert_time),
    withdrawn_at = IF(VALUES(withdrawn_at) IS NULL, NULL, COALESCE(withdrawn_at, VALUES(withdrawn_at)))`,
}

/**
 * Applies contributions; returns what became of each item. Of an item named twice both apply, in order.
 *
 * @param rest what else the transaction writes after them: it counts in how old the transaction may become
 * @throws DATABASE_UNAVAILABLE when the transaction, all of it, took longer than half the smallest overlap
 */
export async function upsertRights(
  tx: Connection,
  contributions: readonly Contribution[],
  rest: (changes: ReadonlyMap<string, Change>) => Promise<void> = async () => {},
): Promise<Map<string, Change>> {
  const { changes, left, seen, compared } = await leaveUnchanged(tx, contributions)
  const stamp = left.length > 0 ? await takeStamp(tx) : null
  if (stamp !== null)
    for (const [htid, change] of await write(tx, stamp, left, seen, compared)) changes.set(htid, change)
  await rest(changes)
  if (stamp !== null && [...changes.values()].some((change) => change !== 'NOOP')) await assertFresh(tx, stamp)
  return changes
}

/** @param first the comparison of `differing` with what was `seen` without a lock */
async function write(
  tx: Connection,
  stamp: Stamp,
  differing: readonly Contribution[],
  seen: ReadonlyMap<string, RightsRow>,
  first: Compared,
): Promise<Map<string, Change>> {
  const changes = new Map<string, Change>()
  let there = idsOf(differing).filter((htid) => seen.has(htid))
  // of items without a row there is nothing to lock, and so nothing to compare again
  let compared = there.length === 0 ? first : null
  for (let left = differing; left.length > 0; compared = null) {
    const { changed, forestalled } = await applyAll(tx, stamp, left, there, compared)
    for (const [htid, change] of changed) if (!forestalled.has(htid)) changes.set(htid, change)
    left = left.filter(({ htid }) => forestalled.has(htid))
    there = idsOf(left)
  }
  return changes
}

/**
 * Most of what a source says is known. That is seen without a lock, which would write each row: an item that is as it
 * should be when it is read is left alone, as if we had come before whoever changes it now. `left` has the others, to be
 * compared again under their locks.
 */
async function leaveUnchanged(
  tx: Connection,
  contributions: readonly Contribution[],
): Promise<{
  changes: Map<string, Change>
  left: readonly Contribution[]
  seen: ReadonlyMap<string, RightsRow>
  compared: Compared
}> {
  const known = await readRights(tx, idsOf(contributions))
  const { wanted, changed } = compare(known, contributions)
  const unchanged = new Map([...changed].filter(([htid]) => !wanted.has(htid)))
  const left = contributions.filter(({ htid }) => wanted.has(htid))
  return { changes: unchanged, left, seen: known, compared: { wanted, changed } }
}

const idsOf = (contributions: readonly Contribution[]) => [...new Set(contributions.map(({ htid }) => htid))]

/**
 * `there`: those that have a row; the others are inserted, and none of their rows is looked for to be locked.
 * `forestalled`: items another writer inserted since they were looked up; nothing of them is written.
 */
async function applyAll(
  tx: Connection,
  stamp: Stamp,
  contributions: readonly Contribution[],
  there: readonly string[],
  compared: Compared | null,
): Promise<{ changed: Map<string, Change>; forestalled: Set<string> }> {
  const known = await lockRights(tx, there)
  const { wanted, changed } = compared ?? compare(known, contributions)
  const fresh = [...wanted.values()].filter(({ htid }) => !known.has(htid))
  const others = [...wanted.values()].filter(({ htid }) => known.has(htid))
  const forestalled = fresh.length > 0 ? await insertFresh(tx, stamp, fresh) : new Set<string>()
  if (others.length > 0) {
    if (tx.dialect === 'postgres') await tx.change(postgres.update, [stamp.time, ...columnsOf(others)])
    else for (const some of chunksOf(others, rowsOfStatement)) await tx.change(mysql.update, [rowsOf(stamp, some)])
  }
  return { changed, forestalled }
}

/** Far below the 16 MiB a MariaDB accepts as it comes. */
const rowsOfStatement = 5_000

/** Inserts new rows; returns the ids another writer inserted first. */
async function insertFresh(tx: Connection, stamp: Stamp, fresh: readonly RightsRow[]): Promise<Set<string>> {
  const left = new Set(fresh.map(({ htid }) => htid))
  if (tx.dialect === 'postgres') {
    const inserted = await tx.query<{ htid: string }>(postgres.insert, [stamp.time, ...columnsOf(fresh)])
    for (const { htid } of inserted) left.delete(htid)
    return left
  }
  for (const some of chunksOf(fresh, rowsOfStatement)) {
    try {
      await tx.change(mysql.insert, [rowsOf(stamp, some)])
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ER_DUP_ENTRY') continue
      throw error
    }
    for (const { htid } of some) left.delete(htid)
  }
  return left
}

/** What rows are to become, where that is something else, and what becomes of each item. */
interface Compared {
  readonly wanted: ReadonlyMap<string, RightsRow>
  readonly changed: Map<string, Change>
}

function compare(known: ReadonlyMap<string, RightsRow>, contributions: readonly Contribution[]): Compared {
  const wanted = new Map<string, RightsRow>()
  const changed = new Map<string, Change>()
  for (const { htid, apply, raise } of contributions) {
    const before = wanted.get(htid) ?? known.get(htid) ?? null
    const content = apply(before)
    if (content === null) continue
    const digest = contentDigest(content)
    const change = classify(before, content, digest, raise ?? 'NOOP')
    if (change !== 'NOOP') wanted.set(htid, { ...content, htid, digest, rev: before?.rev ?? 0 })
    if (change !== 'NOOP' || !changed.has(htid)) changed.set(htid, change)
  }
  return { wanted, changed }
}

function classify(
  before: (RightsContent & { digest?: string }) | null,
  after: RightsContent,
  digest: string,
  unchanged: Change,
): Change {
  if (before === null) return 'NEW'
  if (before.digest === digest) return unchanged
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
    column('holdingsDigest'),
    column('collectionsDigest'),
    column('digest'),
    column('withdrawn'),
  ]
}

/** Rows of values in id order, for MySQL. */
function rowsOf({ time }: Stamp, rows: readonly RightsRow[]): unknown[][] {
  return rows
    .toSorted((a, b) => (a.htid < b.htid ? -1 : 1))
    .map((row) => [
      row.htid,
      row.attr,
      row.reason,
      row.source,
      row.accessProfile,
      row.rightsTime,
      row.recordId,
      row.updateDate,
      row.recordDigest,
      row.holdingsDigest,
      row.collectionsDigest,
      row.digest,
      1,
      time,
      row.withdrawn ? time : null,
    ])
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
