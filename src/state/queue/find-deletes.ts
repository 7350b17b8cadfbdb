import type { Connection } from '../connection.ts'
import type { Bucket } from './claim.ts'

/**
 * Ready deletes of a bucket in which nothing else may be claimed now: they need no repository, and in bucket 0 no shard.
 * The ready index does not know actions, so a window of it is read at a time, without a lock; claim() looks again.
 */
const select = (place: readonly string[]) => `
  SELECT htid, action, seq FROM slip_queue
  WHERE state = 0 AND target = ${place[0]} AND lane = ${place[1]} AND shard = ${place[2]} AND seq >= ${place[3]}
  ORDER BY seq LIMIT ${place[4]}`

const statements = {
  postgres: select(['$1', '$2', '$3', '$4', '$5']),
  mysql: select(['?', '?', '?', '?', '?']),
}

const window = 5_000

export interface FoundDeletes {
  /** In the order of the bucket. */
  readonly htids: readonly string[]
  /** Where the next window begins; 0 = this one reached the end. */
  readonly next: number
}

/** Looks through one window of a bucket, from a seq on. */
export async function findDeletes(db: Connection, bucket: Bucket, fromSeq: number): Promise<FoundDeletes> {
  const { target, lane, shard } = bucket
  const rows = await db.query<{ htid: string; action: string; seq: number }>(statements[db.dialect], [
    target,
    lane,
    shard,
    fromSeq,
    window,
  ])
  const last = rows.at(-1)?.seq ?? 0
  // equal stamps may reach beyond the window: it begins with them again, unless they fill it
  const next = rows.length < window ? 0 : Math.max(last, fromSeq + 1)
  return { htids: rows.filter(({ action }) => action === 'delete').map(({ htid }) => htid), next }
}
