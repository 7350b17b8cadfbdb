import type { Connection } from '../connection.ts'
import { type EnqueueOptions, requestItems } from './enqueue.ts'

export interface RequestedPage {
  readonly items: number
  /** Where the next page starts; null when this was the last. */
  readonly after: string | null
}

const statements = {
  postgres: 'SELECT htid FROM slip_rights WHERE htid > $1 ORDER BY htid LIMIT $2',
  mysql: 'SELECT htid FROM slip_rights WHERE htid > ? ORDER BY htid LIMIT ?',
}

/** Requests a page of all items that have rights, in id order after `after` ('' = from the start), for each target. */
export async function requestPage(
  tx: Connection,
  targets: readonly string[],
  page: { after: string; size: number },
  options: EnqueueOptions,
): Promise<RequestedPage> {
  const rows = await tx.query<{ htid: string }>(statements[tx.dialect], [page.after, page.size])
  const htids = rows.map((row) => row.htid)
  if (htids.length > 0) for (const target of targets) await requestItems(tx, target, htids, options)
  return { items: htids.length, after: htids.length < page.size ? null : (htids.at(-1) ?? null) }
}
