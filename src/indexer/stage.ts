import { resolve } from 'node:path'
import { Breakers } from '../daemon/breakers.ts'
import { upkeepChores } from '../daemon/chores/upkeep.ts'
import { openTargetEngine } from '../daemon/engines.ts'
import { LeaseKeeper } from '../daemon/lease.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import type { Stage, StageContext, StageDefinition } from '../daemon/stage.ts'
import { configuredTargets } from '../daemon/targets.ts'
import type { SlipError } from '../errors/slip-error.ts'
import { openPairtree } from '../repository/pairtree.ts'
import { type Line, openLines } from './line.ts'
import { Mount } from './mount.ts'

/** slip-index: claims items, assembles their documents, posts them and settles. */
export const indexStage: StageDefinition = {
  name: 'index',
  summary:
    'Claims items of slip_queue, reads METS, pages, catalogue and rights of each, assembles the document, posts it to its\nshard and settles the claim. Run as many as the engine can take, on any host.',
  options: {},
  open: openStage,
}

async function openStage(context: StageContext): Promise<Stage> {
  const { config, state, bus, once } = context
  const targets = await configuredTargets(state.db, config)
  const root = resolve(config.baseDir, config.repository.root)
  const repository = openPairtree({ root })
  const leases = new LeaseKeeper(state.db, bus)
  const breakers = new Breakers(state.db, bus, config.breaker, once)
  const mount = new Mount(repository, root, breakers)
  const lines = await openLines({ ...context, repository, mount, leases, breakers }, targets, (config, target) =>
    openTargetEngine(config, state, target),
  )
  let turn = 0
  return {
    chores: [...upkeepChores(config, targets), ...lines.flatMap((line) => line.chores)],
    step: async (pauses) => {
      const open = openLinesFrom(lines, turn++, pauses)
      await breakers.refresh()
      try {
        return await serveOne(open, { pauses, mount, breakers, once })
      } finally {
        await breakers.flush()
      }
    },
    close: async () => {
      await leases.stop()
      for (const line of lines) await line.close()
    },
  }
}

/** The lines that are not paused, each turn beginning with the next. */
function openLinesFrom(lines: readonly Line[], turn: number, pauses: Pauses): Line[] {
  const open = lines.filter(({ target }) => !pauses.target(target.name))
  return open.map((_, index) => open[(turn + index) % open.length] as Line)
}

interface Step {
  readonly pauses: Pauses
  readonly mount: Mount
  readonly breakers: Breakers
  readonly once: boolean
}

/** One batch a step, so that pauses and breakers are read before each; false = there is nothing to do. */
async function serveOne(open: readonly Line[], { pauses, mount, breakers, once }: Step): Promise<boolean> {
  if (open.length === 0) return false
  const mountAway = await mount.away()
  const away: SlipError[] = []
  for (const line of open) {
    const served = await line.serve(pauses, mountAway !== null)
    if (served === 'worked') return true
    if (served !== 'idle') away.push(served)
  }
  // it could be entered, and there is nothing to try it out with
  if (mountAway === null) breakers.succeeded('mount', mount.name)
  const first = away[0] ?? mountAway
  // an index that is away holds no other back
  if (first !== null && (once || away.length === open.length)) throw first
  return false
}
