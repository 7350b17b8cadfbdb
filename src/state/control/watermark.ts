import type { Connection } from '../connection.ts'
import { noteMove } from './watermark-history.ts'

const postgres = {
  read: 'SELECT value FROM slip_watermark WHERE stage = $1 AND name = $2',
  lock: 'SELECT value FROM slip_watermark WHERE stage = $1 AND name = $2 FOR UPDATE',
  readAll: 'SELECT name, value FROM slip_watermark WHERE stage = $1',
  cycled: `
    SELECT cycle_at > clock_timestamp() - make_interval(secs => $3::float8 / 1000)
       AND cycle_at < clock_timestamp() + make_interval(secs => $3::float8 / 1000) AS cycled
    FROM slip_watermark WHERE stage = $1 AND name = $2`,
  write: `
    INSERT INTO slip_watermark AS w (stage, name, value, cycle_at, updated_at)
    VALUES ($1, $2, $3, CASE WHEN $4 THEN clock_timestamp() END, clock_timestamp())
    ON CONFLICT (stage, name) DO UPDATE
      SET value = EXCLUDED.value, cycle_at = coalesce(EXCLUDED.cycle_at, w.cycle_at), updated_at = EXCLUDED.updated_at`,
}

const mysql = {
  read: 'SELECT value FROM slip_watermark WHERE stage = ? AND name = ?',
  lock: 'SELECT value FROM slip_watermark WHERE stage = ? AND name = ? FOR UPDATE',
  readAll: 'SELECT name, value FROM slip_watermark WHERE stage = ?',
  cycled: `
    SELECT cycle_at > SYSDATE(6) - INTERVAL ? * 1000 MICROSECOND
       AND cycle_at < SYSDATE(6) + INTERVAL ? * 1000 MICROSECOND AS cycled
    FROM slip_watermark WHERE stage = ? AND name = ?`,
  write: `
    INSERT INTO slip_watermark (stage, name, value, cycle_at, updated_at)
    VALUES (?, ?, ?, IF(?, SYSDATE(6), NULL), SYSDATE(6))
    ON DUPLICATE KEY UPDATE
      value = VALUES(value), cycle_at = COALESCE(VALUES(cycle_at), cycle_at), updated_at = VALUES(updated_at)`,
}

const statements = { postgres, mysql }

/** How far a stage has read one input; null = from the beginning. */
export async function readWatermark(db: Connection, stage: string, name: string): Promise<string | null> {
  const [row] = await db.query<{ value: string }>(statements[db.dialect].read, [stage, name])
  return row?.value ?? null
}

/** Whether a whole pass over an input ended less than so many milliseconds ago. One that lies ahead of the clock did not. */
export async function hasCycledWithin(db: Connection, stage: string, name: string, ms: number): Promise<boolean> {
  const values = db.dialect === 'postgres' ? [stage, name, ms] : [ms, ms, stage, name]
  const [row] = await db.query<{ cycled: boolean | number | null }>(statements[db.dialect].cycled, values)
  return Boolean(row?.cycled)
}

/** Every watermark of a stage, by name. */
export async function readWatermarks(db: Connection, stage: string): Promise<Map<string, string>> {
  const rows = await db.query<{ name: string; value: string }>(statements[db.dialect].readAll, [stage])
  return new Map(rows.map((row) => [row.name, row.value]))
}

export interface Watermark {
  readonly stage: string
  readonly name: string
  readonly value: string
  /** When a pass over it last ended whole. */
  readonly cycleAt: string | null
  readonly updatedAt: string
}

/** Every watermark there is. */
export async function listWatermarks(db: Connection): Promise<Watermark[]> {
  const rows = await db.query<{
    stage: string
    name: string
    value: string
    cycle_at: string | null
    updated_at: string
  }>('SELECT stage, name, value, cycle_at, updated_at FROM slip_watermark ORDER BY stage, name')
  return rows.map(({ cycle_at, updated_at, ...row }) => ({ ...row, cycleAt: cycle_at, updatedAt: updated_at }))
}

/**
 * Sets a watermark in the transaction that did the work. `cycle`: a whole pass ended with it. `moved`: the pass found
 * something, and goes into the history unless the value is the one there was.
 */
export async function writeWatermark(
  tx: Connection,
  stage: string,
  name: string,
  value: string,
  cycle = false,
  moved = cycle,
): Promise<void> {
  const isNew = moved && (await readWatermark(tx, stage, name)) !== value
  await tx.change(statements[tx.dialect].write, [stage, name, value, cycle])
  if (isNew) await noteMove(tx, { stage, name, value, movedBy: 'pass' })
}

/** A step of a watermark from what its reader last saw there. */
export interface Advance {
  readonly stage: string
  readonly name: string
  readonly from: string | null
  readonly to: string
  /** A whole pass ended with it. */
  readonly cycle: boolean
  /** Goes into the history; by default where a pass ended. */
  readonly moved?: boolean
}

/** Sets a watermark, unless it is no more where its reader left it: a person, or another reader, has moved it. */
export async function advanceWatermark(tx: Connection, advance: Advance): Promise<boolean> {
  const { stage, name, to, cycle, moved = cycle } = advance
  if (!(await holdWatermark(tx, advance))) return false
  await writeWatermark(tx, stage, name, to, cycle, moved)
  return true
}

/**
 * Whether a watermark is still where its reader left it, which it then is until the end of the transaction. Asked before
 * anything is written: what was read before another reader went on is older than what that one has written.
 */
export async function holdWatermark(
  tx: Connection,
  { stage, name, from }: Pick<Advance, 'stage' | 'name' | 'from'>,
): Promise<boolean> {
  const [row] = await tx.query<{ value: string }>(statements[tx.dialect].lock, [stage, name])
  return (row?.value ?? null) === from
}
