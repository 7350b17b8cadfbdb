import { Breakers } from '../daemon/breakers.ts'
import { upkeepChores } from '../daemon/chores/upkeep.ts'
import { openTargetEngine } from '../daemon/engines.ts'
import { LeaseKeeper } from '../daemon/lease.ts'
import type { Stage, StageContext, StageDefinition } from '../daemon/stage.ts'
import { configuredTargets } from '../daemon/targets.ts'
import { closeAll } from '../errors/close-all.ts'
import { configuredRepository, repositoryRoot } from '../repository/configured.ts'
import { AskedSources } from './asked-sources.ts'
import { Mount } from './mount.ts'
import { openLines } from './open-lines.ts'
import { ownWork, ownWorkOptions } from './own-work.ts'
import { Pipeline } from './pipeline.ts'
import { openLinesFrom, serveOne } from './turn.ts'

/** slip-index: claims items, assembles their documents, posts them and settles. */
export const indexStage: StageDefinition = {
  name: 'index',
  summary:
    'Claims items of slip_queue, reads METS, pages, catalogue and rights of each, assembles the document, posts it to its\nshard and settles the claim. Run as many as the engine can take, on any host.',
  options: ownWorkOptions,
  check: ownWork,
  open: openStage,
}

async function openStage(context: StageContext): Promise<Stage> {
  const { config, state, bus, once } = context
  const own = ownWork(config, context.args)
  const targets = await configuredTargets(state.db, config)
  const repository = configuredRepository(config)
  const leases = new LeaseKeeper(state.db, bus)
  const breakers = new Breakers(state.db, bus, config.breaker, once)
  const mount = new Mount(repository, repositoryRoot(config), breakers)
  const asked = new AskedSources(config, breakers)
  const pipeline = new Pipeline()
  const lines = await openLines(
    { ...context, repository, mount, asked, leases, breakers, pipeline, own },
    targets.filter(({ name }) => own.hasTarget(name)),
    (config, target) => openTargetEngine(config, state, target),
  )
  let turn = 0
  return {
    chores: [...upkeepChores(config, targets), ...lines.flatMap((line) => line.chores)],
    step: async (pauses) => {
      pipeline.check()
      const open = openLinesFrom(lines, turn++, pauses)
      await breakers.refresh()
      try {
        const more = await serveOne(open, { pauses, mount, asked, breakers, pipeline, once })
        return more || (lines.some(({ target }) => pauses.has('target', target.name)) ? 'paused' : false)
      } finally {
        await breakers.flush()
      }
    },
    close: () =>
      closeAll(
        () => pipeline.close(),
        () => leases.stop(),
        ...lines.map((line) => () => line.close()),
        () => asked.close(),
      ),
  }
}
