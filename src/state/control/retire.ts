import type { Connection } from '../connection.ts'

/**
 * live, filling → retiring, by slipctl; retiring → –, by the chore retire of slip-enqueue. Nobody works for a target that
 * is retiring: every process reads that before each batch, with the pauses (src/daemon/pause-gate.ts). Once all have
 * obeyed and no claim is left its rows are deleted in batches, its ledger too, and at last what says that it was there.
 * What the engine holds is left alone. Watermark history stays until its retention is over.
 */
/** In the order of locks: queue → ledger → recheck → errors; each with the columns its rows are found and locked by. */
const batched = [
  { table: 'slip_queue', order: 'htid', key: ['htid'] },
  { table: 'slip_indexed', order: 'htid', key: ['htid'] },
  { table: 'slip_recheck', order: 'htid', key: ['htid'] },
  { table: 'slip_errors', order: 'htid', key: ['id'] },
  { table: 'slip_sample', order: 'metric, label, sampled_at', key: ['metric', 'label', 'sampled_at'] },
] as const
type Batched = (typeof batched)[number]

const postgres = {
  retire: `UPDATE slip_target SET state = 'retiring' WHERE name = $1 AND state <> 'retiring'`,
  batch: ({ table, order, key }: Batched) => `
    WITH batch AS MATERIALIZED (
      SELECT ${key.join(', ')} FROM ${table} WHERE target = $1 ORDER BY ${order} LIMIT $2 FOR UPDATE)
    DELETE FROM ${table} t USING batch WHERE t.target = $1 AND ${key.map((column) => `t.${column} = batch.${column}`).join(' AND ')}`,
}

const mysql = {
  retire: `UPDATE slip_target SET state = 'retiring' WHERE name = ? AND state <> 'retiring'`,
  batch: ({ table, order }: Batched) => `DELETE FROM ${table} WHERE target = ? ORDER BY ${order} LIMIT ?`,
}

const statements = { postgres, mysql }

/** What is left when all rows of items are gone; the target last, for its shards refer to it. */
const rest = (name: string) => [
  `DELETE FROM slip_error_group WHERE target = ${name}`,
  `DELETE FROM slip_daily_stats WHERE target = ${name}`,
  `DELETE FROM slip_watermark WHERE stage IN ('enqueue', 'sweep', 'scan', 'inputs') AND name = ${name}`,
  `DELETE FROM slip_control WHERE scope = 'target' AND name = ${name}`,
  `DELETE FROM slip_breaker WHERE kind = 'target' AND name = ${name}`,
  `DELETE FROM slip_shard WHERE target = ${name}`,
  `DELETE FROM slip_target WHERE name = ${name} AND state = 'retiring'`,
]

/** Control and breakers of shards are named TARGET/N. */
const ofShards = (prefix: string) => [
  `DELETE FROM slip_control WHERE scope = 'shard' AND name LIKE ${prefix}`,
  `DELETE FROM slip_breaker WHERE kind = 'shard' AND name LIKE ${prefix}`,
]

/** From now on nobody works for the target; false = it was retiring already, or is not known. */
export async function retireTarget(tx: Connection, name: string): Promise<boolean> {
  return (await tx.change(statements[tx.dialect].retire, [name])) > 0
}

/** Names of the targets that are retiring. */
export async function listRetiring(db: Connection): Promise<string[]> {
  const rows = await db.query<{ name: string }>(`SELECT name FROM slip_target WHERE state = 'retiring' ORDER BY name`)
  return rows.map(({ name }) => name)
}

/** Deletes up to `limit` rows of a target; when none is left, the target itself: it is `gone`. */
export async function deleteRetired(
  tx: Connection,
  name: string,
  limit: number,
): Promise<{ deleted: number; gone: boolean }> {
  let deleted = 0
  for (const kind of batched) {
    if (deleted < limit) deleted += await tx.change(statements[tx.dialect].batch(kind), [name, limit - deleted])
  }
  if (deleted > 0) return { deleted, gone: false }
  const mark = tx.dialect === 'postgres' ? '$1' : '?'
  for (const statement of ofShards(mark)) deleted += await tx.change(statement, [`${name.replaceAll('_', '\\_')}/%`])
  for (const statement of rest(mark)) deleted += await tx.change(statement, [name])
  return { deleted, gone: true }
}

const countSql = (mark: string) =>
  `SELECT (SELECT count(*) FROM slip_queue WHERE target = ${mark}) AS queued,
          (SELECT count(*) FROM slip_indexed WHERE target = ${mark}) AS indexed,
          (SELECT count(*) FROM slip_errors WHERE target = ${mark}) AS errors`

export interface TargetRows {
  readonly queued: number
  /** Ledger rows. */
  readonly indexed: number
  readonly errors: number
}

/** How many rows a target has. Counted exactly: of a large one that takes seconds. */
export async function countTargetRows(db: Connection, name: string): Promise<TargetRows> {
  const [sql, values] = db.dialect === 'postgres' ? [countSql('$1'), [name]] : [countSql('?'), [name, name, name]]
  const [row] = await db.query<TargetRows & Record<string, unknown>>(sql, values)
  return row ?? { queued: 0, indexed: 0, errors: 0 }
}
