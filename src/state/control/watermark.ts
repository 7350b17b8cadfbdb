import type { Connection } from '../connection.ts'

/** How far a stage has read one input; null = from the beginning. */
export async function readWatermark(db: Connection, stage: string, name: string): Promise<string | null> {
  const [row] = await db.query<{ value: string }>('SELECT value FROM slip_watermark WHERE stage = $1 AND name = $2', [
    stage,
    name,
  ])
  return row?.value ?? null
}

/** Every watermark of a stage, by name. */
export async function readWatermarks(db: Connection, stage: string): Promise<Map<string, string>> {
  const rows = await db.query<{ name: string; value: string }>(
    'SELECT name, value FROM slip_watermark WHERE stage = $1',
    [stage],
  )
  return new Map(rows.map((row) => [row.name, row.value]))
}

/** Sets a watermark in the transaction that did the work. `cycle`: a whole pass ended with it. */
export async function writeWatermark(
  tx: Connection,
  stage: string,
  name: string,
  value: string,
  cycle = false,
): Promise<void> {
  await tx.query(
    `INSERT INTO slip_watermark AS w (stage, name, value, cycle_at, updated_at)
     VALUES ($1, $2, $3, CASE WHEN $4 THEN clock_timestamp() END, clock_timestamp())
     ON CONFLICT (stage, name) DO UPDATE
       SET value = EXCLUDED.value, cycle_at = coalesce(EXCLUDED.cycle_at, w.cycle_at), updated_at = EXCLUDED.updated_at`,
    [stage, name, value, cycle],
  )
}
