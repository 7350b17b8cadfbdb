import { fingerprintsOf } from '../repository/fingerprints.ts'
import { advanceWatermark, hasCycledWithin, readWatermark } from '../state/control/watermark.ts'
import { readFingerprintPage } from '../state/rights/files-fingerprints.ts'
import { isDue, type Pass, wasAsked } from './context.ts'
import { keepCountsOnTheWay } from './keep-counts.ts'
import { takeFingerprints } from './take-fingerprints.ts'
import { compareName } from './watermark-names.ts'

/** Items of a page, and pages of one pass: between passes others have their turn. */
const pageSize = 500
const pagesOfPass = 40
/** How often it is looked whether a comparison is due, or was asked for. Milliseconds. */
const lookEveryMs = 60_000

/**
 * Compares the files of all items with those last seen, once in so many milliseconds, in the order of their ids: this finds
 * METS files and zips that were replaced without a word. The watermark says how far it is, so that one that was broken off
 * goes on there. Throws REPOSITORY_UNAVAILABLE.
 */
export async function compareFiles(pass: Pass, source: string, everyMs: number): Promise<void> {
  const { db, stop, repository } = pass
  const name = compareName(source)
  if (!pass.afresh.has(source) && !isDue(pass, name)) return
  pass.askAt.delete(name)
  let from = await readWatermark(db, 'rights', name)
  let after = await startOf(pass, source, from, everyMs)
  pass.afresh.delete(source)
  if (after !== null) await repository.check()
  for (let pages = 0; after !== null; pages++) {
    if (stop.aborted || (pages === pagesOfPass && !pass.atOnce)) return
    const seen = await readFingerprintPage(db, after, pageSize)
    const htids = [...seen.keys()]
    await takeFingerprints(pass, source, await fingerprintsOf(repository, htids), { seen, isListed: false })
    pass.tally.of(source).count('seen', htids.length)
    await keepCountsOnTheWay(pass)
    after = htids.length < pageSize ? null : (htids.at(-1) as string)
    const step = {
      stage: 'rights',
      name,
      from,
      to: after === null ? compared : `after ${after}`,
      cycle: after === null,
    }
    if (!(await db.transaction((tx) => advanceWatermark(tx, { ...step, moved: false })))) return
    from = step.to
  }
  wasAsked(pass, name, lookEveryMs)
}

const compared = 'compared'

/** The item behind which it goes on, '' to begin; null = none is due. */
async function startOf(pass: Pass, source: string, watermark: string | null, everyMs: number): Promise<string | null> {
  if (pass.afresh.has(source)) return ''
  const [, reached] = /^after (\S+)$/.exec(watermark ?? '') ?? []
  if (reached !== undefined) return reached
  const isDone = watermark === compared
  return isDone && (await hasCycledWithin(pass.db, 'rights', compareName(source), everyMs)) ? null : ''
}
