import { parseDuration } from '../config/duration.ts'
import { exitCodes } from '../daemon/exit-codes.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { SourceCounts } from '../events/source-counts.ts'
import type { Ran } from '../rights/ran.ts'
import { takeStamp } from '../state/clock.ts'
import type { Session } from './command.ts'
import { note, print } from './print.ts'
import type { InHand } from './source-in-hand.ts'
import { type Settled, untilSettled } from './until-settled.ts'

/** Options of a command that may wait for what it changed. */
export interface WaitingArguments extends Session {
  readonly wait: boolean
  readonly timeout?: string
}

/** Milliseconds of `--timeout`. Throws USAGE. */
export function timeoutOf({ wait, timeout }: WaitingArguments): number | undefined {
  if (timeout === undefined) return undefined
  if (!wait) throw new SlipError('USAGE', '--timeout goes with --wait')
  const ms = parseDuration(timeout)
  if (ms === undefined || ms <= 0)
    throw new SlipError('USAGE', `--timeout ${timeout} is not a duration such as 30m, 2h or 1d`)
  return ms
}

/**
 * Reads a source by `read`, tells what came of it, and waits for it where that is asked for. Returns the exit code.
 *
 * @param did what was done, as the end of a sentence
 */
export async function tellOutcome(
  args: WaitingArguments,
  { pass, db }: InHand,
  source: string,
  did: string,
  read: () => Promise<Ran & { readonly data?: object }>,
): Promise<number> {
  const timeoutMs = timeoutOf(args)
  const since = (await takeStamp(db)).time
  const { flaw, notes, data } = await read()
  const until = (await takeStamp(db)).time
  const { counts } = pass.tally.of(source)
  if (!args.json) print(args, null, () => `${source}: ${did}: ${wordsOf(counts)}`)
  const waited = args.wait ? await untilSettled(db, { since, until }, pass.stop, timeoutMs) : null
  if (args.json) print(args, { source, counts, flaw, notes, ...data, ...(waited && { waited }) }, () => '')
  else if (waited !== null) print(args, null, () => waitedFor(waited))
  for (const each of notes) note(each)
  if (flaw !== null) note(`${source}: ${flaw}; see: slipctl errors list`)
  if (pass.stop.aborted || (waited !== null && waited.end !== 'settled')) return exitCodes.stopped
  return flaw !== null || (waited?.inError ?? 0) > 0 ? exitCodes.someRejected : exitCodes.done
}

function wordsOf(counts: SourceCounts): string {
  const { seen, new: fresh, updated, moved, withdrawn, noop, outOfScope, bad } = counts
  const items = `${fresh} new, ${updated} updated, ${moved} moved, ${withdrawn} withdrawn, ${noop} the same`
  const scope = outOfScope === 0 ? '' : `, ${outOfScope} out of scope`
  return `${seen} read, ${bad} cannot be used; items: ${items}${scope}`
}

function waitedFor({ settled, inError, end }: Settled): string {
  const left = { settled: '', timeout: '; not all in time', stopped: '; stopped before all were' }[end]
  return `${settled} settled, ${inError} in error${left}`
}
