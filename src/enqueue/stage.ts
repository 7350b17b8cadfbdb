import type { TargetSettings } from '../config/schema.ts'
import { remnantsChore, retireChore } from '../daemon/chores/retire.ts'
import { sweepChore } from '../daemon/chores/sweep.ts'
import { upkeepChores } from '../daemon/chores/upkeep.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import type { Stage, StageContext, StageDefinition } from '../daemon/stage.ts'
import { configuredTargets } from '../daemon/targets.ts'
import { Filler } from './filler.ts'
import { Follower } from './follower.ts'
import { WholeSweep } from './sweep-whole.ts'

/** slip-enqueue: follows slip_rights by watermark, per target, and sweeps it slowly for whatever was missed. */
export const enqueueStage: StageDefinition = {
  name: 'enqueue',
  summary:
    'Turns changes of slip_rights into work: reads them by watermark for each target and fills slip_queue; a slow sweep\nfinds what was missed and fills new targets. With --once: one pass of the watermark and one whole sweep.',
  options: {},
  open: openStage,
}

async function openStage(context: StageContext): Promise<Stage> {
  const { state, bus, config, once, worker } = context
  const targets = await configuredTargets(state.db, config)
  const followers = targets.map((target) => new Follower(state.db, bus, target))
  const fillers = targets.map((target) => new Filler(state.db, bus, worker, target))
  const passes = [new Set(followers), new Set(targets.map((target) => new WholeSweep(state.db, bus, target)))]
  return {
    chores: [
      ...upkeepChores(config, targets),
      retireChore(bus),
      remnantsChore,
      ...targets.map((target) => sweepChore(target, (config.targets[target.name] as TargetSettings).sweep, bus)),
    ],
    step: async (pauses) => {
      if (once) return stepOnce(passes, pauses)
      let more = false
      for (const reader of openOf([...followers, ...fillers], pauses)) more = (await reader.step()) || more
      return more
    },
    close: async () => undefined,
  }
}

type Reader = Follower | WholeSweep

const openOf = <R extends Reader | Filler>(readers: Iterable<R>, pauses: Pauses) =>
  [...readers].filter(({ target }) => !pauses.target(target.name))

/** `--once`: first every follower to the end of one pass, then every sweep, a page of each a step. */
async function stepOnce(passes: readonly Set<Reader>[], pauses: Pauses): Promise<boolean | 'paused'> {
  for (const readers of passes) {
    const open = openOf(readers, pauses)
    for (const reader of open) if (!(await reader.step())) readers.delete(reader)
    if (open.length > 0) return true
  }
  const left = passes.flatMap((readers) => [...readers])
  return left.some(({ target }) => pauses.has('target', target.name)) ? 'paused' : false
}
