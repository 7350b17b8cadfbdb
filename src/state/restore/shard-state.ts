import type { Connection } from '../connection.ts'

/**
 * What the database knows of how it and the shards of a target stand to each other. Times are microseconds since 1970 by
 * the database's clock, as the engine keeps them.
 *
 *     open · full · closed ──► behind   the engine was set back: no draws, claims go on
 *                │               │
 *                └──► ahead ◄────┘      the database was set back: no claims
 *
 * state_before and reason_before keep what a shard was, and why. Adopted, an ahead shard is behind where behind_from says so, else what it was;
 * repaired, a shard that is behind is what it was. Each setback has a `since` of its own, whatever the clock does: who
 * repairs one does not take another for repaired that came meanwhile, be it to the same marker.
 */
export interface ShardState {
  readonly shard: number
  readonly state: 'open' | 'full' | 'closed' | 'behind' | 'ahead'
  /** The newest marker the engine may have been sent; null = none yet. */
  readonly markedAt: number | null
  /** The newest marker the engine surely has. */
  readonly durableAt: number | null
  /** The engine lacks what it was sent after this; 0 = everything; null = it lacks nothing. */
  readonly behindFrom: number | null
  /** When it came into this state; of a shard that is behind, when it was last set back. */
  readonly since: number
}

const postgres = {
  read: `
    SELECT shard, state, (extract(epoch FROM marked_at) * 1000000)::bigint AS "markedAt",
           (extract(epoch FROM durable_at) * 1000000)::bigint AS "durableAt",
           (extract(epoch FROM behind_from) * 1000000)::bigint AS "behindFrom",
           (extract(epoch FROM since) * 1000000)::bigint AS since
    FROM slip_shard WHERE target = $1 ORDER BY shard`,
  ahead: `
    UPDATE slip_shard
    SET reason_before = CASE WHEN state_before IS NULL THEN reason ELSE reason_before END,
        state_before = coalesce(state_before, state), state = 'ahead', reason = $3, since = clock_timestamp()
    WHERE target = $1 AND shard = $2 AND state <> 'ahead'
      AND (adopted_fence < $4 OR coalesce(marked_at, timestamptz 'epoch') < timestamptz 'epoch' + $5 * interval '1 microsecond')`,
  behind: `
    UPDATE slip_shard
    SET behind_from = least(behind_from, timestamptz 'epoch' + $4 * interval '1 microsecond'),
        durable_at = timestamptz 'epoch' + $4 * interval '1 microsecond',
        reason_before = CASE WHEN state_before IS NULL THEN reason ELSE reason_before END,
        state_before = coalesce(state_before, state),
        since = CASE WHEN state = 'ahead' THEN since ELSE greatest(clock_timestamp(), since + interval '1 microsecond') END,
        reason = CASE WHEN state = 'ahead' THEN reason ELSE $3 END, state = CASE WHEN state = 'ahead' THEN state ELSE 'behind' END
    WHERE target = $1 AND shard = $2
      AND (durable_at > timestamptz 'epoch' + $4 * interval '1 microsecond' OR $5)`,
  marked: `
    UPDATE slip_shard
    SET durable_at = greatest(durable_at, timestamptz 'epoch' + $3 * interval '1 microsecond'),
        accepted_at = greatest(accepted_at, timestamptz 'epoch' + $3 * interval '1 microsecond'),
        marked_at = greatest(clock_timestamp(), marked_at + interval '1 microsecond')
    WHERE target = $1 AND shard = $2`,
  adopted: `
    UPDATE slip_shard
    SET adopted_fence = greatest(adopted_fence, $3),
        marked_at = greatest(marked_at, timestamptz 'epoch' + $4 * interval '1 microsecond'),
        durable_at = greatest(durable_at, timestamptz 'epoch' + $4 * interval '1 microsecond'),
        state = CASE WHEN state <> 'ahead' THEN state WHEN behind_from IS NOT NULL THEN 'behind' ELSE state_before END,
        state_before = CASE WHEN state = 'ahead' AND behind_from IS NULL THEN NULL ELSE state_before END,
        reason = CASE WHEN state <> 'ahead' THEN reason WHEN behind_from IS NOT NULL THEN '' ELSE coalesce(reason_before, '') END,
        reason_before = CASE WHEN state = 'ahead' AND behind_from IS NULL THEN NULL ELSE reason_before END,
        since = CASE WHEN state = 'ahead' THEN clock_timestamp() ELSE since END
    WHERE target = $1 AND shard = $2`,
  repaired: `
    UPDATE slip_shard
    SET state = state_before, state_before = NULL, behind_from = NULL, since = clock_timestamp(),
        reason = coalesce(reason_before, ''), reason_before = NULL
    WHERE target = $1 AND shard = $2 AND state = 'behind' AND since = timestamptz 'epoch' + $3 * interval '1 microsecond'`,
}

const time = `CAST('1970-01-01' AS DATETIME(6)) + INTERVAL ? MICROSECOND`

/** Assigned from left to right: what looks at the old state before it. GREATEST and LEAST with a NULL would be NULL. */
const mysql = {
  read: `
    SELECT shard, state, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', marked_at) AS markedAt,
           TIMESTAMPDIFF(MICROSECOND, '1970-01-01', durable_at) AS durableAt,
           TIMESTAMPDIFF(MICROSECOND, '1970-01-01', behind_from) AS behindFrom,
           TIMESTAMPDIFF(MICROSECOND, '1970-01-01', since) AS since
    FROM slip_shard WHERE target = ? ORDER BY shard`,
  ahead: `
    UPDATE slip_shard
    SET reason_before = IF(state_before IS NULL, reason, reason_before),
        state_before = COALESCE(state_before, state), state = 'ahead', reason = ?, since = SYSDATE(6)
    WHERE target = ? AND shard = ? AND state <> 'ahead'
      AND (adopted_fence < ? OR COALESCE(marked_at, '1970-01-01') < ${time})`,
  behind: `
    UPDATE slip_shard
    SET behind_from = LEAST(COALESCE(behind_from, ${time}), ${time}), durable_at = ${time},
        reason_before = IF(state_before IS NULL, reason, reason_before), state_before = COALESCE(state_before, state),
        since = IF(state = 'ahead', since, GREATEST(SYSDATE(6), since + INTERVAL 1 MICROSECOND)),
        reason = IF(state = 'ahead', reason, ?), state = IF(state = 'ahead', state, 'behind')
    WHERE target = ? AND shard = ? AND (durable_at > ${time} OR ?)`,
  marked: `
    UPDATE slip_shard
    SET durable_at = IF(? IS NULL, durable_at, GREATEST(COALESCE(durable_at, '1970-01-01'), ${time})),
        accepted_at = IF(? IS NULL, accepted_at, GREATEST(COALESCE(accepted_at, '1970-01-01'), ${time})),
        marked_at = GREATEST(SYSDATE(6), COALESCE(marked_at + INTERVAL 1 MICROSECOND, '1970-01-01'))
    WHERE target = ? AND shard = ?`,
  adopted: `
    UPDATE slip_shard
    SET adopted_fence = GREATEST(adopted_fence, ?),
        marked_at = IF(? IS NULL, marked_at, GREATEST(COALESCE(marked_at, '1970-01-01'), ${time})),
        durable_at = IF(? IS NULL, durable_at, GREATEST(COALESCE(durable_at, '1970-01-01'), ${time})),
        reason = CASE WHEN state <> 'ahead' THEN reason WHEN behind_from IS NOT NULL THEN '' ELSE COALESCE(reason_before, '') END,
        since = IF(state = 'ahead', SYSDATE(6), since),
        state = CASE WHEN state <> 'ahead' THEN state WHEN behind_from IS NOT NULL THEN 'behind' ELSE state_before END,
        state_before = IF(state = 'behind', state_before, NULL), reason_before = IF(state = 'behind', reason_before, NULL)
    WHERE target = ? AND shard = ?`,
  repaired: `
    UPDATE slip_shard
    SET state = state_before, state_before = NULL, behind_from = NULL, since = SYSDATE(6),
        reason = COALESCE(reason_before, ''), reason_before = NULL
    WHERE target = ? AND shard = ? AND state = 'behind' AND since = ${time}`,
}

export async function shardStates(db: Connection, target: string): Promise<ShardState[]> {
  const sql = db.dialect === 'postgres' ? postgres.read : mysql.read
  return db.query<ShardState & Record<string, unknown>>(sql, [target])
}

/** What a shard has that the database never knew; 0 = nothing of that kind. */
export interface Unknown {
  readonly shard: number
  readonly fence: number
  readonly marker: number
  readonly reason: string
}

/**
 * The database is older than the shard: nothing more is claimed for it. It was compared outside of any transaction: what
 * has been adopted since is looked at again here. False = it was known, or is no more so.
 */
export async function setAhead(tx: Connection, target: string, unknown: Unknown): Promise<boolean> {
  const { shard, fence, marker, reason } = unknown
  if (tx.dialect === 'postgres') return (await tx.change(postgres.ahead, [target, shard, reason, fence, marker])) > 0
  return (await tx.change(mysql.ahead, [reason, target, shard, fence, marker])) > 0
}

export interface SetBack {
  readonly shard: number
  readonly from: number
  readonly reason: string
  /** Whatever markers say: who set it back says so, and what came last may have had none yet. */
  readonly surely?: boolean
}

/**
 * The shard has the marker `from` (0 = none) and lacks what it was sent after that; of several setbacks the oldest wins.
 * False = the database knew of no newer marker.
 */
export async function setBehind(
  tx: Connection,
  target: string,
  { shard, from, reason, surely = false }: SetBack,
): Promise<boolean> {
  if (tx.dialect === 'postgres') return (await tx.change(postgres.behind, [target, shard, reason, from, surely])) > 0
  return (await tx.change(mysql.behind, [from, from, from, reason, target, shard, from, surely])) > 0
}

/**
 * The engine has the marker `durable` (null = none was sent), and may from now on be sent one of the clock's time. That is
 * written a round before it is sent: a marker the database does not know is then proof that the database was set back.
 * A shard that took its marker takes documents.
 */
export async function setMarked(tx: Connection, target: string, shard: number, durable: number | null): Promise<void> {
  if (tx.dialect === 'postgres') await tx.change(postgres.marked, [target, shard, durable])
  else await tx.change(mysql.marked, [durable, durable, durable, durable, target, shard])
}

/** All that the shard holds up to a fence and a marker is known now: it is claimed for again. */
export async function setAdopted(
  tx: Connection,
  target: string,
  shard: number,
  seen: { readonly fence: number; readonly marker: number | null },
): Promise<void> {
  const { fence, marker } = seen
  if (tx.dialect === 'postgres') await tx.change(postgres.adopted, [target, shard, fence, marker])
  else await tx.change(mysql.adopted, [fence, marker, marker, marker, marker, target, shard])
}

/**
 * What the shard lacked that has been behind since `since` is queued; false = it was set back again meanwhile, perhaps to
 * the same marker, or was not behind.
 */
export async function setRepaired(tx: Connection, target: string, shard: number, since: number): Promise<boolean> {
  const sql = tx.dialect === 'postgres' ? postgres.repaired : mysql.repaired
  return (await tx.change(sql, [target, shard, since])) > 0
}
