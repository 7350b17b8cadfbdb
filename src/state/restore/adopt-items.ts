import type { Connection } from '../connection.ts'
import { asked, isRow } from '../queue/row-of.ts'
import { slicesOf } from '../queue/slices.ts'
import { type KnownItem, knownItems, type LedgerEntry } from './known-items.ts'

/**
 * The ledger is made to say what the engine holds, after one of the two was set back: fence the highest of both, shard
 * that in which the item is, rev 0, which no rights row has, so that the sweep requests it anew – to be indexed where it
 * is wanted, to be removed where it is not. Nothing is requested here: what the item should be, only its rights say. An
 * error that was skipped or purged, and of a rev the ledger had reached, would keep the sweep from it, though the item
 * was indexed since: that is over, too.
 *
 * The engine was asked before, outside of any transaction. So each item comes with what the tables knew of it before that;
 * under the locks of its queue and ledger rows it is written only where they know the same still: nothing was claimed,
 * settled or requested in between. A claim that comes later reads the ledger after that – but on PostgreSQL, where claim and
 * ledger are read in one statement, as they were when it began, perhaps before this. So a queue row is put into the
 * bucket of its shard: a claim that looks for it in another finds it changed.
 */
export interface Adoption {
  readonly htid: string
  /** As read before the engine was asked. */
  readonly before: KnownItem
  readonly ledger: Omit<LedgerEntry, 'htid'>
}

const postgres = {
  ledger: `
  INSERT INTO slip_indexed AS l (target, htid, shard, rev, fence, presence, digest, time)
  SELECT $1, d.htid, d.shard, d.rev, d.fence, d.presence, d.digest, clock_timestamp()
  FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
    AS d (htid, shard, rev, fence, presence, digest) ORDER BY d.htid
  ON CONFLICT (target, htid) DO UPDATE
    SET shard = EXCLUDED.shard, rev = EXCLUDED.rev, fence = greatest(l.fence, EXCLUDED.fence),
        presence = EXCLUDED.presence, digest = EXCLUDED.digest, inputs = NULL`,
  bucket: `
    WITH ${asked('$2', '$3::text[]')}
    UPDATE slip_queue q SET shard = $1 FROM asked WHERE ${isRow('q', 'asked')} AND q.shard <> $1`,
  settled: `
    WITH ${asked('$1', '$2::text[]')}
    SELECT e.id, e.htid, e.rev FROM asked JOIN slip_errors e ON ${isRow('e', 'asked')}
    WHERE e.resolution IN ('skipped', 'purged') ORDER BY e.id`,
  supersede: `UPDATE slip_errors SET resolution = 'superseded' WHERE id = ANY($1)`,
}

const mysql = {
  ledger: `
  INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, digest, time) VALUES ?
  ON DUPLICATE KEY UPDATE
    shard = VALUES(shard), rev = VALUES(rev), fence = GREATEST(fence, VALUES(fence)), presence = VALUES(presence),
    digest = VALUES(digest), inputs = NULL`,
  bucket: 'UPDATE slip_queue FORCE INDEX (PRIMARY) SET shard = ? WHERE target = ? AND htid IN (?)',
  settled: `
    SELECT id, htid, rev FROM slip_errors FORCE INDEX (slip_errors_item)
    WHERE target = ? AND htid IN (?) AND resolution IN ('skipped', 'purged') ORDER BY id`,
  supersede: `UPDATE slip_errors FORCE INDEX (PRIMARY) SET resolution = 'superseded' WHERE id IN (?)`,
}

/** Returns the ids written; the others were changed or claimed meanwhile and must be looked at again. */
export async function adoptItems(tx: Connection, target: string, adoptions: readonly Adoption[]): Promise<Set<string>> {
  if (adoptions.length === 0) return new Set()
  const now = await knownItems(
    tx,
    target,
    adoptions.map(({ htid }) => htid),
    true,
  )
  const sound = adoptions
    .filter(({ htid, before }) => isUnchanged(before, now.get(htid)!))
    .sort((a, b) => (a.htid < b.htid ? -1 : 1))
  if (sound.length > 0) {
    await putIntoBuckets(
      tx,
      target,
      sound.filter(({ htid }) => now.get(htid)?.queue != null),
    )
    await write(tx, target, sound)
    await endOldErrors(tx, target, sound)
  }
  return new Set(sound.map(({ htid }) => htid))
}

/** Nobody has claimed it, and nothing happened to it; what is claimed was posted perhaps, or will be. */
function isUnchanged(before: KnownItem, now: KnownItem): boolean {
  return now.queue?.claim_token == null && same(before.queue, now.queue) && same(before.ledger, now.ledger)
}

const same = (a: object | null, b: object | null) => JSON.stringify(a) === JSON.stringify(b)

async function write(tx: Connection, target: string, adoptions: readonly Adoption[]): Promise<void> {
  if (tx.dialect === 'postgres') {
    const column = <K extends keyof Adoption['ledger']>(key: K) => adoptions.map(({ ledger }) => ledger[key])
    const htids = adoptions.map(({ htid }) => htid)
    const parts = [column('shard'), column('rev'), column('fence'), column('presence'), column('digest')]
    await tx.change(postgres.ledger, [target, htids, ...parts])
    return
  }
  const [clock] = await tx.query<{ now: string }>('SELECT SYSDATE(6) AS now')
  const rows = adoptions.map(({ htid, ledger: { shard, rev, fence, presence, digest } }) => [
    target,
    htid,
    shard,
    rev,
    fence,
    presence,
    digest,
    clock?.now,
  ])
  await tx.change(mysql.ledger, [rows])
}

async function putIntoBuckets(tx: Connection, target: string, queued: readonly Adoption[]): Promise<void> {
  const { bucket } = tx.dialect === 'postgres' ? postgres : mysql
  const placed = queued.filter(({ ledger }) => ledger.shard > 0)
  for (const [shard, of] of Map.groupBy(placed, ({ ledger }) => ledger.shard)) {
    for (const slice of slicesOf(of.map(({ htid }) => htid))) await tx.change(bucket, [shard, target, slice])
  }
}

/** Those of a rev that the ledger had reached before it was told rev 0. */
async function endOldErrors(tx: Connection, target: string, adoptions: readonly Adoption[]): Promise<void> {
  const { settled, supersede } = tx.dialect === 'postgres' ? postgres : mysql
  const reached = new Map(adoptions.map(({ htid, before }) => [htid, before.ledger?.rev ?? 0]))
  for (const slice of slicesOf([...reached.keys()])) {
    const errors = await tx.query<{ id: number; htid: string; rev: number }>(settled, [target, slice])
    const over = errors.filter(({ htid, rev }) => rev <= (reached.get(htid) ?? 0)).map(({ id }) => id)
    if (over.length > 0) await tx.change(supersede, [over])
  }
}
