import type { Breakers } from '../daemon/breakers.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import type { SlipError } from '../errors/slip-error.ts'
import type { AskedSources } from './asked-sources.ts'
import type { Line } from './line.ts'
import type { Mount } from './mount.ts'
import type { Pipeline } from './pipeline.ts'

/** The lines that are not paused, each turn beginning with the next. */
export function openLinesFrom(lines: readonly Line[], turn: number, pauses: Pauses): Line[] {
  const open = lines.filter(({ target }) => !pauses.target(target.name))
  return open.map((_, index) => open[(turn + index) % open.length] as Line)
}

export interface Step {
  readonly pauses: Pauses
  readonly mount: Mount
  readonly asked: AskedSources
  readonly breakers: Breakers
  readonly pipeline: Pipeline
  readonly once: boolean
}

/**
 * One claim a step, so that pauses and breakers are read before each; false = there is nothing to do. What is claimed runs
 * on beside the steps, also its assembly once that waits for room: with nothing to claim, one waits for it to come further.
 */
export async function serveOne(
  open: readonly Line[],
  { pauses, mount, asked, breakers, pipeline, once }: Step,
): Promise<boolean> {
  if (open.length === 0) return false
  const mountAway = await mount.away()
  const sourceAway = await asked.away()
  const away: SlipError[] = []
  let isUnderWay = false
  for (const line of open) {
    const others = open.filter((other) => other !== line)
    const served = await line.serve(pauses, mountAway !== null || sourceAway !== null, others)
    if (served === 'worked') return true
    if (served === 'waits') isUnderWay = true
    else if (served !== 'idle') away.push(served)
  }
  // it could be entered, and there is nothing to try it out with
  if (mountAway === null && !isUnderWay) breakers.succeeded('mount', mount.name)
  const first = away[0] ?? mountAway ?? sourceAway
  // a line that waited may have come to its end while others were asked, and is to be asked again
  if ((isUnderWay || !pipeline.isDry()) && (once || away.length < open.length)) {
    await pipeline.progress()
    return true
  }
  // an index that is away holds no other back
  if (first !== null && (once || away.length === open.length)) throw first
  return false
}
