import type { Connection } from '../connection.ts'
import { lanes } from './lanes.ts'
import { withLedger } from './row-of.ts'
import { slicesOf } from './slices.ts'
import { mysqlSource, mysqlUpsert, postgresUpsert } from './upsert-sql.ts'

/**
 * rights → ready for named items. Who: the watermark reader and the sweep with items whose rev is new to queue, ledger
 * and errors (request = false: seeing the same rev again is no request), and people through slipctl (request = true:
 * gen rises at the same rev, so a running claim is followed by a second one that reads everything again).
 */
const from = (onlyChanged: boolean) => `
  FROM slip_rights r ${withLedger('$1', 'r')}
  WHERE r.htid = ANY($2)${onlyChanged ? ` AND ${changed.postgres}` : ''}`

const mysqlFrom = (onlyChanged: boolean) => `
  FROM slip_rights r
  LEFT JOIN slip_indexed l ON l.target = ? AND l.htid = r.htid
  WHERE r.htid IN (?)${onlyChanged ? ` AND ${changed.mysql}` : ''}`

/**
 * True for a rights row `r` with ledger `l` that a target has yet to follow: newer than its queue row, or not queued
 * and neither in the ledger nor in an error of this rev. On PostgreSQL the target is $1; on MySQL it is given twice.
 *
 * Written as lookups of one row each, like the ledger's above: of EXISTS or a join PostgreSQL makes a hash of the whole
 * queue for each page, or reads the ledger from end to end, whenever its statistics are older than the rows.
 */
export const changed = { postgres: changedSql('$1', ''), mysql: changedSql('?', 'FORCE INDEX (slip_errors_item)') }

function changedSql(target: string, byItem: string): string {
  return `coalesce(
  (SELECT p.rev FROM slip_queue p WHERE p.target = ${target} AND p.htid = r.htid LIMIT 1) < r.rev,
  r.rev <> coalesce(l.rev, 0)
    AND (SELECT e.id FROM slip_errors e ${byItem} WHERE e.target = ${target} AND e.htid = r.htid AND e.rev = r.rev
         AND (e.resolution IS NULL OR e.resolution IN ('skipped', 'purged')) LIMIT 1) IS NULL)`
}

export interface EnqueueOptions {
  readonly lane: keyof typeof lanes
  readonly reason: string
}

/** Enqueues those of the items a target has yet to follow; returns how many. */
export async function enqueueChanged(
  tx: Connection,
  target: string,
  htids: readonly string[],
  options: EnqueueOptions,
): Promise<number> {
  const enqueued = await upsertQueue(tx, target, htids, options, false)
  await catchUp(tx, target, enqueued, options)
  return enqueued.length
}

/** Requests the items anew whatever their state; returns the ids enqueued: those that have a rights row. */
export async function requestItems(
  tx: Connection,
  target: string,
  htids: readonly string[],
  options: EnqueueOptions,
): Promise<string[]> {
  const requested = await upsertQueue(tx, target, htids, options, true)
  await catchUp(tx, target, requested, options)
  return requested.map(({ htid }) => htid)
}

/** A row of the queue, with the revision it has now. */
interface Queued extends Record<string, unknown> {
  readonly htid: string
  readonly rev: number
}

/**
 * While a statement waited for a lock, an item may have been changed, enqueued, indexed and taken from the queue: what
 * it then inserts is a revision long past, and would put an old state over a new one. Its rows are locked now, so a
 * look with a snapshot of its own finds those that are behind, and they are brought to the revision of today. On MySQL
 * the time between what is read and what is inserted is longer, and ends the same way.
 */
async function catchUp(tx: Connection, target: string, queued: readonly Queued[], options: EnqueueOptions) {
  if (queued.length === 0) return
  const behind = await findBehind(tx, target, queued)
  if (behind.length > 0) await upsertQueue(tx, target, behind, options, false)
}

/** The list of what was queued is hashed, which a join of it would not be: it would be read anew for each row. */
const isBehind = {
  postgres: `
    SELECT htid FROM slip_rights
    WHERE htid = ANY($1) AND (htid, rev) NOT IN (SELECT * FROM unnest($1::text[], $2::bigint[]))`,
  /** What is queued is looked up, for the upsert does not tell. */
  mysql: `
    SELECT r.htid FROM slip_rights r
    WHERE (SELECT q.rev FROM slip_queue q WHERE q.target = ? AND q.htid = r.htid LIMIT 1) < r.rev AND r.htid IN (?)`,
}

async function findBehind(tx: Connection, target: string, queued: readonly Queued[]): Promise<string[]> {
  const htids = queued.map(({ htid }) => htid)
  const rows: { htid: string }[] = []
  if (tx.dialect === 'postgres') {
    const revisions = queued.map(({ rev }) => rev)
    rows.push(...(await tx.query<{ htid: string }>(isBehind.postgres, [htids, revisions])))
  } else {
    for (const slice of slicesOf(htids))
      rows.push(...(await tx.query<{ htid: string }>(isBehind.mysql, [target, slice])))
  }
  return rows.map(({ htid }) => htid)
}

async function upsertQueue(
  tx: Connection,
  target: string,
  htids: readonly string[],
  { lane, reason }: EnqueueOptions,
  request: boolean,
): Promise<Queued[]> {
  if (tx.dialect === 'mysql') return upsertMysql(tx, target, htids, { lane, reason }, request)
  const sql = `${postgresUpsert(from(!request), '$3::smallint', '$4::text', request)} RETURNING q.htid, q.rev`
  return tx.query<Queued>(sql, [target, htids, lanes[lane], reason])
}

interface Source {
  readonly htid: string
  readonly clock: number
  readonly action: string
  readonly shard: number
  readonly rev: number
  readonly fence: number
  readonly enqueued_at: string
}

async function upsertMysql(
  tx: Connection,
  target: string,
  htids: readonly string[],
  { lane, reason }: EnqueueOptions,
  request: boolean,
): Promise<Queued[]> {
  const done: Queued[] = []
  for (const slice of slicesOf(htids)) {
    const values = request ? [target, slice] : [target, slice, target, target]
    const found = await tx.query<Source & Record<string, unknown>>(mysqlSource(mysqlFrom(!request)), values)
    if (found.length === 0) continue
    const rows = found.map(({ htid, clock, action, shard, rev, fence, enqueued_at }, at) => {
      return [target, htid, clock + at, lanes[lane], action, shard, rev, fence, enqueued_at, reason]
    })
    await tx.change(mysqlUpsert(request), [rows])
    done.push(...found)
  }
  return done
}
