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

const postgres = {
  progress: `
    SELECT (SELECT count(*) FROM slip_rights) AS items, l.*, q.*,
           (SELECT count(*) FROM slip_errors WHERE target = $1 AND resolved_at IS NULL) AS errors
    FROM (SELECT count(*) FILTER (WHERE presence = 'indexed') AS indexed,
                 count(*) FILTER (WHERE presence = 'absent' AND rev > 0) AS deleted,
                 coalesce(sum(pages) FILTER (WHERE presence = 'indexed'), 0)::bigint AS pages,
                 coalesce(sum(bytes) FILTER (WHERE presence = 'indexed'), 0)::bigint AS bytes
          FROM slip_indexed WHERE target = $1) l,
         (SELECT count(*) FILTER (WHERE state = 0) AS ready, count(*) FILTER (WHERE state = 1) AS claimed,
                 count(*) FILTER (WHERE state = 2) AS delayed FROM slip_queue WHERE target = $1) q`,
  isPending: 'SELECT EXISTS (SELECT 1 FROM slip_record WHERE pending) AS pending',
  cycle: 'SELECT cycle_at FROM slip_watermark WHERE stage = $1 AND name = $2',
}

const mysql = {
  progress: `
    SELECT (SELECT COUNT(*) FROM slip_rights) AS items, l.*, q.*,
           (SELECT COUNT(*) FROM slip_errors WHERE target = ? AND resolved_at IS NULL) AS errors
    FROM (SELECT COUNT(CASE WHEN presence = 'indexed' THEN 1 END) AS indexed,
                 COUNT(CASE WHEN presence = 'absent' AND rev > 0 THEN 1 END) AS deleted,
                 COALESCE(SUM(CASE WHEN presence = 'indexed' THEN pages END), 0) AS pages,
                 COALESCE(SUM(CASE WHEN presence = 'indexed' THEN bytes END), 0) AS bytes
          FROM slip_indexed WHERE target = ?) l,
         (SELECT COUNT(CASE WHEN state = 0 THEN 1 END) AS ready, COUNT(CASE WHEN state = 1 THEN 1 END) AS claimed,
                 COUNT(CASE WHEN state = 2 THEN 1 END) AS \`delayed\` FROM slip_queue WHERE target = ?) q`,
  isPending: 'SELECT EXISTS (SELECT 1 FROM slip_record WHERE pending = 1) AS pending',
  cycle: 'SELECT cycle_at FROM slip_watermark WHERE stage = ? AND name = ?',
}

const statements = { postgres, mysql }

export async function readProgress(db: Connection, target: string): Promise<Progress> {
  const rows =
    db.dialect === 'postgres'
      ? db.query<Progress>(postgres.progress, [target])
      : db.query<Progress>(mysql.progress, [target, target, target])
  return (await rows)[0] as Progress
}

/** True when no catalogue record waits to be carried over to slip_rights. */
export async function isCarriedOver(db: Connection): Promise<boolean> {
  const [row] = await db.query<{ pending: boolean | number }>(statements[db.dialect].isPending)
  return row !== undefined && !row.pending
}

/** When a source without files was last read whole; null = never. */
export async function lastCycle(db: Connection, stage: string, name: string): Promise<string | null> {
  const [row] = await db.query<{ cycle_at: string | null }>(statements[db.dialect].cycle, [stage, name])
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
