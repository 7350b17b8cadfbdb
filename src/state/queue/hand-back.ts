import type { Connection } from '../connection.ts'
import { type Held, own, release, released, splitOwn, stays } from './exit.ts'
import { isRow } from './row-of.ts'
import { chunksOf } from './slices.ts'

/**
 * claimed → ready, or held, by the worker itself: shutdown, or the engine refused the batch's fence as stale (a restored
 * database, a clock gone back), when the row's fence is raised above the engine's. The attempt is given back.
 */
export interface Return {
  readonly htid: string
  /** Fence the engine holds; 0 when it told none. */
  readonly fence: number
}

const postgres = `
WITH ${own},
returned AS (
  UPDATE slip_queue q
  SET state = ${stays}, attempts = CASE WHEN own.gen <> own.claimed_gen THEN 0 ELSE greatest(q.attempts - 1, 0) END,
      fence = greatest(q.fence, ($4::bigint[])[own.at]), ${released}
  FROM own WHERE ${isRow('q', 'own')})
SELECT htid FROM own`

/** The SET list; the fence is that of the row's place in a list beside the ids. */
const mysql = `
  state = ${stays}, attempts = CASE WHEN gen <> claimed_gen THEN 0 ELSE GREATEST(attempts - 1, 0) END,
  fence = GREATEST(fence, CAST(ELT(FIELD(htid, ?), ?) AS UNSIGNED))`

/** Returns the ids that were still ours. */
export async function handBack(tx: Connection, held: Held, items: readonly Return[]): Promise<Set<string>> {
  if (tx.dialect === 'mysql') return handBackMysql(tx, held, items)
  const rows = await tx.query<{ htid: string }>(postgres, [
    held.target,
    held.token,
    items.map((item) => item.htid),
    items.map((item) => item.fence),
  ])
  return new Set(rows.map((row) => row.htid))
}

async function handBackMysql(tx: Connection, held: Held, items: readonly Return[]): Promise<Set<string>> {
  const fences = new Map(items.map(({ htid, fence }) => [htid, fence]))
  const { ours, moved, rest } = await splitOwn(tx, held, [...fences.keys()])
  for (const rows of chunksOf([...moved, ...rest])) {
    const htids = rows.map(({ htid }) => htid)
    await release(tx, held.target, rows, mysql, [htids, htids.map((htid) => fences.get(htid))])
  }
  return ours
}
