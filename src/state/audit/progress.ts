import type { Connection } from '../connection.ts'

/** Where a target stands, in counts a progress display shows. */
export interface Progress {
  readonly items: number
  readonly indexed: number
  readonly deleted: number
  readonly errors: number
  readonly ready: number
  readonly claimed: number
  readonly delayed: number
  readonly pages: number
  readonly bytes: number
}

export async function readProgress(db: Connection, target: string): Promise<Progress> {
  const [row] = await db.query<Progress & Record<string, unknown>>(
    `SELECT (SELECT count(*) FROM slip_rights) AS items, l.*, q.*,
            (SELECT count(*) FROM slip_errors WHERE target = $1 AND resolved_at IS NULL) AS errors
     FROM (SELECT count(*) FILTER (WHERE presence = 'indexed') AS indexed,
                  count(*) FILTER (WHERE presence = 'absent' AND rev > 0) AS deleted,
                  coalesce(sum(pages) FILTER (WHERE presence = 'indexed'), 0)::bigint AS pages,
                  coalesce(sum(bytes) FILTER (WHERE presence = 'indexed'), 0)::bigint AS bytes
           FROM slip_indexed WHERE target = $1) l,
          (SELECT count(*) FILTER (WHERE state = 0) AS ready, count(*) FILTER (WHERE state = 1) AS claimed,
                  count(*) FILTER (WHERE state = 2) AS delayed FROM slip_queue WHERE target = $1) q`,
    [target],
  )
  return row as Progress
}

/** True when no catalogue record waits to be carried over to slip_rights. */
export async function isCarriedOver(db: Connection): Promise<boolean> {
  const [row] = await db.query<{ pending: boolean }>(
    'SELECT EXISTS (SELECT 1 FROM slip_record WHERE pending) AS pending',
  )
  return row?.pending === false
}

/** When a source without files was last read whole; null = never. */
export async function lastCycle(db: Connection, stage: string, name: string): Promise<string | null> {
  const [row] = await db.query<{ cycle_at: string | null }>(
    'SELECT cycle_at FROM slip_watermark WHERE stage = $1 AND name = $2',
    [stage, name],
  )
  return row?.cycle_at ?? null
}

/** Items that catalogue records name and that are in no rights row: left out by `repository.scope`. */
export async function countLeftOut(db: Connection): Promise<number> {
  const [row] = await db.query<{ n: number }>(
    `SELECT (SELECT coalesce(sum(items), 0) FROM slip_record WHERE deleted_at IS NULL)
          - (SELECT count(*) FROM slip_rights WHERE record_id IS NOT NULL AND withdrawn_at IS NULL) AS n`,
  )
  return Number(row?.n ?? 0)
}
