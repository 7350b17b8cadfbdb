import type { Connection } from '../connection.ts'

/** What a target is; how to reach it is configuration. */
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
}

const postgres = {
  shards: 'SELECT shard, state, weight, reason FROM slip_shard WHERE target = $1 ORDER BY shard',
  apply: `
    INSERT INTO slip_target (name, engine, schema_version, shards, lease_ms, overlap_ms) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (name) DO UPDATE SET schema_version = EXCLUDED.schema_version, lease_ms = EXCLUDED.lease_ms, overlap_ms = EXCLUDED.overlap_ms`,
  addShards: `
    INSERT INTO slip_shard (target, shard) SELECT $1, n FROM generate_series(1, $2::int) n ON CONFLICT (target, shard) DO NOTHING`,
}

const mysql = {
  shards: 'SELECT shard, state, weight, reason FROM slip_shard WHERE target = ? ORDER BY shard',
  apply: `
    INSERT INTO slip_target (name, engine, schema_version, shards, lease_ms, overlap_ms) VALUES (?, ?, ?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE schema_version = VALUES(schema_version), lease_ms = VALUES(lease_ms), overlap_ms = VALUES(overlap_ms)`,
  addShards: 'INSERT INTO slip_shard (target, shard) VALUES ? ON DUPLICATE KEY UPDATE shard = VALUES(shard)',
}

const statements = { postgres, mysql }

export async function listTargets(db: Connection): Promise<Target[]> {
  const rows = await db.query<Row>(
    'SELECT name, engine, schema_version, shards, lease_ms, overlap_ms FROM slip_target ORDER BY name',
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
  const { apply, addShards } = statements[tx.dialect]
  await tx.change(apply, [name, engine, schemaVersion, shards, lease, overlap])
  const numbers = Array.from({ length: shards }, (_, index) => [name, index + 1])
  await tx.change(addShards, tx.dialect === 'postgres' ? [name, shards] : [numbers])
}
