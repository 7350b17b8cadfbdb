import { parseItemId } from '../sources/item-id.ts'
import { merge, upsertRights } from '../state/rights/upsert-rights.ts'
import type { Pass } from './context.ts'

/** FORCED: rev + 1 for named items though nothing changed, as the original's rights-j -F. Unknown ids are returned. */
export async function forceItems(pass: Pass, texts: readonly string[]): Promise<string[]> {
  const htids = texts.map((text) => parseItemId(text).htid)
  const changes = await pass.db.transaction((tx) =>
    upsertRights(
      tx,
      htids.map((htid) => ({ htid, raise: 'FORCED', apply: (known) => (known === null ? null : merge(known, {})) })),
    ),
  )
  pass.tally.add(changes.values())
  return htids.filter((htid) => !changes.has(htid))
}
