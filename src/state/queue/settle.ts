import type { Connection } from '../connection.ts'
import { resolveErrors } from './dead-letter.ts'
import { type Held, type OwnRow, ownOf, release, released, remove, splitOwn, stays } from './exit.ts'
import { recheckLater, recheckLaterMysql } from './recheck-later.ts'
import { after, asked, isOpen, isRow } from './row-of.ts'
import { chunksOf } from './slices.ts'

/**
 * claimed → indexed or absent, by slip-index, guarded by token and gen: the queue row goes, or becomes ready again when
 * gen moved during the claim (held, where somebody asked for it); either way the ledger says what the engine now holds,
 * and the item's unresolved error is fixed. A proven success clears unproven, strikes and refusals and leads a suspect
 * back from lane 0; an item that was unproven, and every delete, is asked about again.
 *
 * The ledger's time is never before the newest marker the engine may have been sent, also when the clock went back: what
 * is settled later than a marker is what was posted after it, and a repair goes by that.
 *
 * Races: an enqueue of the same item that waits for our row inserts a fresh one after the delete; one that came first
 * moved gen, seen under the row lock. A reaped claim owns nothing here: the rows come back as fenced out. On MySQL the
 * row locks of the first statement make the others see the same rows.
 */
export interface Indexed {
  readonly htid: string
  /** 32 hexadecimal characters; null for a delete. */
  readonly digest: string | null
  /** That METS names, whose file was read, and without text. */
  readonly pages: number | null
  readonly readPages: number | null
  readonly emptyPages: number | null
  readonly invalidBytes: number | null
  readonly bytes: number | null
  /** Fingerprint of what the document was made of; null for a delete. */
  readonly inputs: string | null
}

export interface Provenance {
  readonly codeVersion: string
  readonly schemaVersion: number
  readonly configDigest: string
  readonly host: string
}

/** What a row is that nothing speaks against. */
const clean = 'strikes = 0, refusals = 0, failed_at = NULL, unproven = false'

/** MySQL: the SET list of `again`. */
const again = `state = ${stays}, attempts = 0, ${clean}, lane = CASE WHEN lane = 0 THEN 1 ELSE lane END`

const given = 'digest, pages, read_pages, empty_pages, invalid_bytes, bytes, inputs'
const settled = asked(
  '$1',
  '$3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::bigint[], $9::bigint[], $10::text[]',
  `htid, ${given}`,
)

/** PostgreSQL: what is written beside the queue of the rows of the CTE `left`, with what was given for each. */
export const writtenOf = (left: string) => `
ledger AS (
  INSERT INTO slip_indexed AS l (target, htid, shard, rev, fence, presence, digest, time, indexed_ct, pages, read_pages,
                                 empty_pages, invalid_bytes, bytes, inputs, code_version, schema_version, config_digest, host, waived)
  SELECT $1::text, htid, shard, claimed_rev, fence, CASE WHEN digest IS NULL THEN 'absent' ELSE 'indexed' END, digest,
         greatest(clock_timestamp(), (SELECT max(marked_at) FROM slip_shard WHERE target = $1)),
         (digest IS NOT NULL)::int, pages, read_pages, empty_pages, invalid_bytes, bytes, inputs, $11, $12, $13, $14, waive
  FROM ${left} ORDER BY htid
  ON CONFLICT (target, htid) DO UPDATE
    SET shard = CASE WHEN EXCLUDED.shard > 0 THEN EXCLUDED.shard ELSE l.shard END, rev = EXCLUDED.rev,
        fence = greatest(l.fence, EXCLUDED.fence), presence = EXCLUDED.presence, digest = EXCLUDED.digest,
        time = EXCLUDED.time, indexed_ct = l.indexed_ct + EXCLUDED.indexed_ct, pages = EXCLUDED.pages,
        read_pages = EXCLUDED.read_pages, empty_pages = EXCLUDED.empty_pages,
        invalid_bytes = EXCLUDED.invalid_bytes, bytes = EXCLUDED.bytes, inputs = EXCLUDED.inputs, code_version = EXCLUDED.code_version,
        schema_version = EXCLUDED.schema_version, config_digest = EXCLUDED.config_digest, host = EXCLUDED.host,
        waived = coalesce(EXCLUDED.waived, l.waived)
  RETURNING 1),
${recheckLater(`SELECT htid FROM ${left} WHERE unproven OR digest IS NULL`)},
fixed AS (
  UPDATE slip_errors e SET resolved_at = clock_timestamp(), resolution = 'fixed'
  FROM ${left} WHERE ${after('ledger', 'recheck')} AND ${isRow('e', left)} AND ${isOpen})`

const postgres = `
WITH ${ownOf(settled, `, ${given}`)},
gone AS (
  DELETE FROM slip_queue q USING own WHERE ${isRow('q', 'own')} AND own.gen = own.claimed_gen),
again AS (
  UPDATE slip_queue q
  SET state = ${stays}, attempts = 0, ${clean}, lane = CASE WHEN q.lane = 0 THEN 1 ELSE q.lane END,
      ${released}
  FROM own WHERE ${isRow('q', 'own')} AND own.gen <> own.claimed_gen),
${writtenOf('own')}
SELECT htid FROM own`

const mysql = `
INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, digest, time, indexed_ct, pages, read_pages,
                          empty_pages, invalid_bytes, bytes, inputs, code_version, schema_version, config_digest, host, waived) VALUES ?
ON DUPLICATE KEY UPDATE
  shard = IF(VALUES(shard) > 0, VALUES(shard), shard), rev = VALUES(rev), fence = GREATEST(fence, VALUES(fence)),
  presence = VALUES(presence), digest = VALUES(digest), time = VALUES(time),
  indexed_ct = indexed_ct + VALUES(indexed_ct), pages = VALUES(pages), read_pages = VALUES(read_pages),
  empty_pages = VALUES(empty_pages),
  invalid_bytes = VALUES(invalid_bytes), bytes = VALUES(bytes), inputs = VALUES(inputs), code_version = VALUES(code_version),
  schema_version = VALUES(schema_version), config_digest = VALUES(config_digest), host = VALUES(host),
  waived = COALESCE(VALUES(waived), waived)`

/** Returns the ids that were still ours; the others changed nothing. */
export async function settle(
  tx: Connection,
  held: Held,
  items: readonly Indexed[],
  by: Provenance,
): Promise<Set<string>> {
  if (tx.dialect === 'mysql') return settleMysql(tx, held, items, by)
  const rows = await tx.query<{ htid: string }>(postgres, valuesOf(held, items, by))
  return new Set(rows.map((row) => row.htid))
}

/** PostgreSQL: $1 to $14 of an exit. */
export function valuesOf({ target, token }: Held, items: readonly Indexed[], by: Provenance): unknown[] {
  const column = <K extends keyof Indexed>(key: K) => items.map((item) => item[key])
  const pages = [column('pages'), column('readPages'), column('emptyPages')]
  const lists = [column('htid'), column('digest'), ...pages, column('invalidBytes'), column('bytes'), column('inputs')]
  return [target, token, ...lists, by.codeVersion, by.schemaVersion, by.configDigest, by.host]
}

async function settleMysql(
  tx: Connection,
  held: Held,
  items: readonly Indexed[],
  by: Provenance,
): Promise<Set<string>> {
  const htids = items.map(({ htid }) => htid)
  const { ours, moved, rest } = await splitOwn(tx, held, htids)
  if (ours.size === 0) return ours
  await remove(
    tx,
    held.target,
    rest.map(({ htid }) => htid),
  )
  await release(tx, held.target, moved, again)
  const rows = new Map([...moved, ...rest].map((row) => [row.htid, row]))
  const settled = items.filter(({ htid }) => ours.has(htid)).sort((a, b) => (a.htid < b.htid ? -1 : 1))
  for (const chunk of chunksOf(settled)) {
    await tx.change(mysql, [chunk.map((item) => ledgerRow(held.target, rows.get(item.htid)!, item, by))])
  }
  const doubtful = settled.filter(({ htid, digest }) => digest === null || rows.get(htid)!.unproven)
  await recheckLaterMysql(
    tx,
    held.target,
    doubtful.map(({ htid }) => htid),
  )
  await resolveErrors(tx, held.target, [...rows.keys()], 'fixed')
  return ours
}

function ledgerRow(target: string, row: OwnRow, item: Indexed, by: Provenance): unknown[] {
  const { htid, shard, claimed_rev, fence, settled_at, waive } = row
  const { digest, pages, readPages, emptyPages, invalidBytes, bytes, inputs } = item
  const [presence, count] = digest === null ? ['absent', 0] : ['indexed', 1]
  const what = [target, htid, shard, claimed_rev, fence, presence, digest, settled_at, count, pages]
  return [
    ...what,
    readPages,
    emptyPages,
    invalidBytes,
    bytes,
    inputs,
    by.codeVersion,
    by.schemaVersion,
    by.configDigest,
    by.host,
    waive,
  ]
}
