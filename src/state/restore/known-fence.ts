import type { Connection } from '../connection.ts'
import type { Unknown } from './shard-state.ts'

/**
 * Whether the database knows a fence that a shard holds. A claim commits its fence in the queue before anything is sent,
 * and no row leaves the queue without its fence in the ledger: a fence that neither knows was drawn by a database that is
 * no more. So the engine is read first, and here the queue before the ledger, into which a row may go meanwhile.
 *
 * A marker that was never written down is the same proof, and holds when claims of the restored database have drawn higher fences
 * since.
 */
const postgres = {
  shard: `
    SELECT adopted_fence AS fence, (extract(epoch FROM marked_at) * 1000000)::bigint AS marked
    FROM slip_shard WHERE target = $1 AND shard = $2`,
  queue: 'SELECT 1 FROM slip_queue WHERE target = $1 AND htid = $2 AND fence >= $3',
  ledger: 'SELECT 1 FROM slip_indexed WHERE target = $1 AND htid = $2 AND fence >= $3',
}

const mysql = {
  shard: `
    SELECT adopted_fence AS fence, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', marked_at) AS marked
    FROM slip_shard WHERE target = ? AND shard = ?`,
  queue: 'SELECT 1 FROM slip_queue WHERE target = ? AND htid = ? AND fence >= ?',
  ledger: 'SELECT 1 FROM slip_indexed WHERE target = ? AND htid = ? AND fence >= ?',
}

const statements = { postgres, mysql }

export interface SeenInShard {
  readonly shard: number
  readonly highest: { readonly id: string; readonly fence: number } | null
  readonly marker: number | null
}

/** What a shard holds that the database never knew; null = it knows all. */
export async function unknownOf(db: Connection, target: string, seen: SeenInShard): Promise<Unknown | null> {
  const { shard, highest, marker } = seen
  const sql = statements[db.dialect]
  const [row] = await db.query<{ fence: number; marked: number | null }>(sql.shard, [target, shard])
  if (highest !== null && highest.fence > (row?.fence ?? 0)) {
    const { id, fence } = highest
    const isKnown = async (text: string) => (await db.query(text, [target, id, fence])).length > 0
    if (!(await isKnown(sql.queue)) && !(await isKnown(sql.ledger)))
      return {
        shard,
        fence,
        marker: 0,
        reason: told(`it holds ${id} with fence ${fence}, which neither queue nor ledger know`),
      }
  }
  if (marker !== null && marker > (row?.marked ?? 0))
    return { shard, fence: 0, marker, reason: told(`its marker ${marker} is newer than any the database knows of`) }
  return null
}

const told = (what: string): string => `the database is older than the shard: ${what}`
