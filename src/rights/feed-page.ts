import { hostName } from '../daemon/identity.ts'
import type { Storm, StormBrake } from '../daemon/storm-brake.ts'
import { SlipError } from '../errors/slip-error.ts'
import { addSourceErrors, type SourceError, supersedeSourceErrors } from '../state/audit/source-errors.ts'
import { type Advance, advanceWatermark, holdWatermark } from '../state/control/watermark.ts'
import { type Change, type Contribution, upsertRights } from '../state/rights/upsert-rights.ts'
import type { Pass } from './context.ts'
import type { Tally } from './tally.ts'

/** What a database that is followed says in one page. */
export interface FeedPage {
  readonly step: Omit<Advance, 'moved' | 'stage'>
  readonly contributions: readonly Contribution[]
  readonly errors: readonly SourceError[]
  /** What had errors, and has none now. */
  readonly mended?: readonly string[]
}

/**
 * Takes in a page and moves the watermark, in one transaction. Returns what became of each item; null when the watermark is
 * no more where it was left: nothing was written.
 */
export function takePage(
  { db }: Pass,
  { step, contributions, errors, mended = [] }: FeedPage,
): Promise<Map<string, Change> | null> {
  const moves = { ...step, stage: 'rights' }
  return db.transaction(async (tx) => {
    if (!(await holdWatermark(tx, moves))) return null
    return upsertRights(tx, contributions, async (changes) => {
      for (const name of mended) await supersedeSourceErrors(tx, name)
      await addSourceErrors(tx, errors, hostName)
      await advanceWatermark(tx, { ...moves, moved: [...changes.values()].some((change) => change !== 'NOOP') })
    })
  })
}

/**
 * Thrown before anything of a page is taken in, so that the watermark stays before it, where too much of what a database
 * says cannot be used.
 *
 * @param problems of each row or item; null = it can be used
 * @param words what is said of a storm, and of the problem that was one too many
 * @throws SOURCE_DB_UNAVAILABLE
 */
export function assertNoStorm(
  brake: StormBrake,
  problems: Iterable<string | null>,
  words: (storm: Storm, problem: string) => string,
): void {
  for (const problem of problems) {
    brake.add(problem === null ? null : 'SOURCE_RECORD_INVALID')
    const storm = brake.storm()
    if (storm !== null && problem !== null) throw new SlipError('SOURCE_DB_UNAVAILABLE', words(storm, problem))
  }
}

/** Tells what a reading of a source gave, where that is something. */
export function tellFollowed({ bus }: Pass, source: string, tally: Tally): void {
  const { forced: _forced, ...counts } = tally.counts
  if (counts.seen > 0) bus.emit('source.followed', { source, ...counts })
}
