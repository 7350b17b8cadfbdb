import type { Connection } from '../state/connection.ts'
import { listTargets } from '../state/control/target.ts'
import { findInState } from '../state/queue/in-state.ts'
import { readFingerprints, writeFingerprints } from '../state/rights/files-fingerprints.ts'
import { type IndexedFiles, readIndexedFiles } from '../state/rights/indexed-files.ts'
import { merge, upsertRights } from '../state/rights/upsert-rights.ts'
import type { Pass } from './context.ts'
import { absentFiles, isWrittenAgain } from './written-again.ts'

/**
 * Compares the files of items as they are now with those last seen. An item whose files were written again is UPDATED, which
 * has it indexed again; one that no source has named, or that has no document, is none of ours. Files that are gone change
 * nothing: a mount that is away looks like that, too; what was never there is noted, so that it is seen when it comes. An
 * item that nobody looked at before is not noted while it is claimed: a document is being made, perhaps of the files of before.
 *
 * @param files the fingerprint of each item; null = it is not in the repository
 * @param seen the fingerprint last seen of those that may have a document
 * @param isListed an ingest list says that they were written
 */
export async function takeFingerprints(
  pass: Pass,
  source: string,
  files: ReadonlyMap<string, string | null>,
  { seen, isListed }: { readonly seen: ReadonlyMap<string, string | null>; readonly isListed: boolean },
): Promise<void> {
  const differing = [...seen].filter(([htid, known]) => differs(files.get(htid) ?? null, known))
  const changed = await note(pass, new Map(differing.map(([htid]) => [htid, files.get(htid) ?? absentFiles])), isListed)
  const there = [...seen.keys()].filter((htid) => files.get(htid) !== null).length
  const tally = pass.tally.of(source)
  tally.count('updated', changed)
  tally.count('noop', there - changed)
  tally.count('outOfScope', files.size - there)
}

const differs = (now: string | null, known: string | null) => (now === null ? known === null : now !== known)

/** Returns how many are UPDATED. What another has noted meanwhile is seen under the lock, and left to it. */
async function note({ db }: Pass, files: ReadonlyMap<string, string>, isListed: boolean): Promise<number> {
  if (files.size === 0) return 0
  return db.transaction(async (tx) => {
    const known = await readFingerprints(tx, [...files.keys()], 'lock')
    const indexed = await readIndexedFiles(
      tx,
      [...known.keys()].filter((htid) => files.get(htid) !== absentFiles),
    )
    const news = writtenAgain(known, indexed, files, isListed)
    const unknown = [...known].filter(([, before]) => before === null).map(([htid]) => htid)
    const claimed = await claimedOf(tx, unknown)
    const isNew = (htid: string, now: string) => {
      const before = known.get(htid)
      if (before === undefined) return false
      if (now === absentFiles) return before === null
      return before !== now && !claimed.has(htid)
    }
    await upsertRights(
      tx,
      news.map((htid) => ({ htid, raise: 'UPDATED', apply: (row) => (row === null ? null : merge(row, {})) })),
      () => writeFingerprints(tx, new Map([...files].filter(([htid, now]) => isNew(htid, now)))),
    )
    return news.length
  })
}

/** Those that some target has claimed: their files may have been read already, as they were. */
async function claimedOf(tx: Connection, htids: readonly string[]): Promise<ReadonlySet<string>> {
  const claimed = new Set<string>()
  for (const { name } of await listTargets(tx))
    for (const htid of await findInState(tx, name, htids, 'claimed')) claimed.add(htid)
  return claimed
}

function writtenAgain(
  known: ReadonlyMap<string, string | null>,
  indexed: ReadonlyMap<string, readonly IndexedFiles[]>,
  files: ReadonlyMap<string, string>,
  isListed: boolean,
): string[] {
  const there = [...known.keys()].filter((htid) => files.get(htid) !== absentFiles)
  return there.filter((htid) =>
    isWrittenAgain({
      now: files.get(htid) as string,
      known: known.get(htid) ?? null,
      indexed: indexed.get(htid) ?? [],
      isListed,
    }),
  )
}
