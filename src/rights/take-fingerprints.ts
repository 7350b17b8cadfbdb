import { readFingerprints, writeFingerprints } from '../state/rights/files-fingerprints.ts'
import { merge, upsertRights } from '../state/rights/upsert-rights.ts'
import type { Pass } from './context.ts'

/**
 * Compares the fingerprints of files as they are now with those last seen. An item whose files are others is UPDATED, which
 * has it indexed again; one that no source has named, or that is withdrawn, is none of ours.
 *
 * @param files by item
 */
export async function takeFingerprints(pass: Pass, source: string, files: ReadonlyMap<string, string>): Promise<void> {
  const seen = await readFingerprints(pass.db, [...files.keys()])
  const differing = [...seen].filter(([htid, known]) => files.get(htid) !== known).map(([htid]) => htid)
  const changed = differing.length === 0 ? 0 : await note(pass, files, differing)
  const tally = pass.tally.of(source)
  tally.count('updated', changed)
  tally.count('noop', seen.size - changed)
  tally.count('outOfScope', files.size - seen.size)
}

/** Returns how many are UPDATED. What another has noted meanwhile is seen under the lock, and left to it. */
function note({ db }: Pass, files: ReadonlyMap<string, string>, htids: readonly string[]): Promise<number> {
  return db.transaction(async (tx) => {
    const known = await readFingerprints(tx, htids, 'lock')
    const news = [...known.keys()].filter((htid) => files.get(htid) !== known.get(htid))
    await upsertRights(
      tx,
      news.map((htid) => ({ htid, raise: 'UPDATED', apply: (row) => (row === null ? null : merge(row, {})) })),
    )
    await writeFingerprints(tx, new Map(news.map((htid) => [htid, files.get(htid) as string])))
    return news.length
  })
}
