import type { Connection } from '../connection.ts'

/**
 * What a target is; how to reach it is configuration.
 *
 * – → filling → live → retiring → –. A target added to a system that has items begins its watermark at the clock and is
 * filled by its sweep, in lane bulk: read by the watermark, twenty million items would stand in lane daily before the
 * day's changes. In a system without items there is nothing to fill: it is live at once, and its watermark begins where
 * all begin, so that what is being written at this moment is not missed.
 */
export interface Target {
  readonly name: string
  readonly engine: string
  readonly schemaVersion: number
  readonly shards: number
  /** Milliseconds. */
  readonly lease: number
  /** Milliseconds. */
  readonly overlap: number
}

export type TargetState = 'filling' | 'live' | 'retiring'

/** A target as the database knows it. */
export interface KnownTarget extends Target {
  readonly state: TargetState
}

export interface Shard {
  readonly shard: number
  readonly state: 'open' | 'full' | 'closed' | 'behind' | 'ahead'
  readonly weight: number
  readonly reason: string
}

interface Row {
  name: string
  engine: string
  schema_version: number
  shards: number
  lease_ms: number
  overlap_ms: number
  state: TargetState
}

const postgres = {
  shards: 'SELECT shard, state, weight, reason FROM slip_shard WHERE target = $1 ORDER BY shard',
  apply: `
    INSERT INTO slip_target (name, engine, schema_version, shards, lease_ms, overlap_ms, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (name) DO UPDATE SET schema_version = EXCLUDED.schema_version, lease_ms = EXCLUDED.lease_ms, overlap_ms = EXCLUDED.overlap_ms`,
  addShards: `
    INSERT INTO slip_shard (target, shard) SELECT $1, n FROM generate_series(1, $2::int) n ON CONFLICT (target, shard) DO NOTHING`,
  beginAtClock: `
    INSERT INTO slip_watermark (stage, name, value, updated_at)
    VALUES ('enqueue', $1, (clock_timestamp() - make_interval(secs => $2::float8 / 1000))::text, clock_timestamp())
    ON CONFLICT (stage, name) DO NOTHING`,
}

const mysql = {
  shards: 'SELECT shard, state, weight, reason FROM slip_shard WHERE target = ? ORDER BY shard',
  apply: `
    INSERT INTO slip_target (name, engine, schema_version, shards, lease_ms, overlap_ms, state)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE schema_version = VALUES(schema_version), lease_ms = VALUES(lease_ms), overlap_ms = VALUES(overlap_ms)`,
  addShards: 'INSERT INTO slip_shard (target, shard) VALUES ? ON DUPLICATE KEY UPDATE shard = VALUES(shard)',
  beginAtClock: `
    INSERT INTO slip_watermark (stage, name, value, updated_at)
    VALUES ('enqueue', ?, SYSDATE(6) - INTERVAL ? * 1000 MICROSECOND, SYSDATE(6))
    ON DUPLICATE KEY UPDATE value = value`,
}

const statements = { postgres, mysql }

export async function listTargets(db: Connection): Promise<KnownTarget[]> {
  const rows = await db.query<Row>(
    'SELECT name, engine, schema_version, shards, lease_ms, overlap_ms, state FROM slip_target ORDER BY name',
  )
  return rows.map(({ schema_version, lease_ms, overlap_ms, ...row }) => ({
    ...row,
    schemaVersion: schema_version,
    lease: lease_ms,
    overlap: overlap_ms,
  }))
}

export async function listShards(db: Connection, target: string): Promise<Shard[]> {
  return db.query<Shard & Record<string, unknown>>(statements[db.dialect].shards, [target])
}

/** Writes what a target is, and a row for each shard it lacks. The only writer of slip_target. */
export async function applyTarget(tx: Connection, target: Target): Promise<void> {
  const { name, engine, schemaVersion, shards, lease, overlap } = target
  const { apply, addShards, beginAtClock } = statements[tx.dialect]
  const isKnown = (await listTargets(tx)).some((known) => known.name === name)
  const hasItems = !isKnown && (await tx.query('SELECT 1 FROM slip_rights LIMIT 1')).length > 0
  await tx.change(apply, [name, engine, schemaVersion, shards, lease, overlap, hasItems ? 'filling' : 'live'])
  const numbers = Array.from({ length: shards }, (_, index) => [name, index + 1])
  await tx.change(addShards, tx.dialect === 'postgres' ? [name, shards] : [numbers])
  // behind the clock by the overlap, for writers that have stamped their rows and not committed them
  if (hasItems) await tx.change(beginAtClock, [name, overlap])
}
