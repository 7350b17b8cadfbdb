import { moveChore } from '../daemon/chores/move.ts'
import { reapChore } from '../daemon/chores/reap.ts'
import { sweepChore } from '../daemon/chores/sweep.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import type { Stage, StageContext, StageDefinition } from '../daemon/stage.ts'
import { configuredTargets } from '../daemon/targets.ts'
import type { Target } from '../state/control/target.ts'
import { Follower } from './follower.ts'
import { sweepWhole } from './sweep-whole.ts'

/** slip-enqueue: follows slip_rights by watermark, per target, and sweeps it slowly for whatever was missed. */
export const enqueueStage: StageDefinition = {
  name: 'enqueue',
  summary:
    'Turns changes of slip_rights into work: reads them by watermark for each target and fills slip_queue; a slow sweep\nfinds what was missed. With --once: one pass of the watermark and one whole sweep.',
  options: {},
  open: openStage,
}

async function openStage(context: StageContext): Promise<Stage> {
  const { state, bus, config } = context
  const targets = await configuredTargets(state.db, config)
  const followers = targets.map((target) => new Follower(state.db, bus, target))
  let sweptOnce = false
  return {
    chores: [reapChore(targets), moveChore, ...targets.map((target) => sweepChore(target, bus))],
    step: async (pauses) => {
      const running = followers.filter(({ target }) => !pauses.target(target.name))
      let more = false
      for (const follower of running) more = (await follower.step()) || more
      if (more || !context.once || sweptOnce) return more
      sweptOnce = true
      await sweepTargets(context, targets, pauses)
      return false
    },
    close: async () => undefined,
  }
}

async function sweepTargets(
  { state, bus, stop }: StageContext,
  targets: readonly Target[],
  pauses: Pauses,
): Promise<void> {
  for (const target of targets) {
    if (!pauses.target(target.name)) await sweepWhole(state.db, bus, target, stop)
  }
}
