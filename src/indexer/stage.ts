import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { moveChore } from '../daemon/chores/move.ts'
import { reapChore } from '../daemon/chores/reap.ts'
import { type OpenedEngine, openTargetEngine } from '../daemon/engines.ts'
import { LeaseKeeper } from '../daemon/lease.ts'
import type { Stage, StageContext, StageDefinition } from '../daemon/stage.ts'
import { configuredTargets } from '../daemon/targets.ts'
import { openPairtree } from '../repository/pairtree.ts'
import type { Target } from '../state/control/target.ts'
import { Batch } from './batch.ts'
import { Claimer } from './claimer.ts'

/** slip-index: claims items, assembles their documents, posts them and settles. */
export const indexStage: StageDefinition = {
  name: 'index',
  summary:
    'Claims items of slip_queue, reads METS, pages, catalogue and rights of each, assembles the document, posts it to its\nshard and settles the claim. Run as many as the engine can take, on any host.',
  options: {},
  open: openStage,
}

interface Line {
  readonly target: Target
  readonly opened: OpenedEngine
  readonly claimer: Claimer
}

async function openStage(context: StageContext): Promise<Stage> {
  const { config, state, bus, worker, stop } = context
  const { db } = state
  const targets = await configuredTargets(db, config)
  const lines = await openLines(context, targets)
  const repository = openPairtree({ root: resolve(config.baseDir, config.repository.root) })
  const leases = new LeaseKeeper(db, bus)
  return {
    chores: [reapChore(targets), moveChore],
    step: async (pauses) => {
      let worked = false
      for (const { target, opened, claimer } of lines) {
        const startedAt = performance.now()
        const claim = await claimer.next(pauses)
        if (claim === null) continue
        const { token, lane, items } = claim
        bus.emit('index.claimed', {
          target: target.name,
          lane,
          shard: items[0]?.shard ?? 0,
          items: items.length,
          token,
        })
        leases.hold(token, items.length, target.lease, startedAt)
        try {
          await new Batch({ config, db, bus, repository, engine: opened.engine, leases, worker, stop }, claim).run()
        } finally {
          leases.drop(token)
        }
        worked = true
      }
      return worked
    },
    close: async () => {
      await leases.stop()
      for (const { opened } of lines) await opened.close()
    },
  }
}

async function openLines({ config, state, worker }: StageContext, targets: readonly Target[]): Promise<Line[]> {
  const lines: Line[] = []
  try {
    for (const target of targets) {
      const opened = await openTargetEngine(config, state, target.name)
      lines.push({ target, opened, claimer: new Claimer(state.db, worker, target, config.indexer.batch) })
      await opened.engine.health()
    }
    return lines
  } catch (error) {
    for (const { opened } of lines) await opened.close()
    throw error
  }
}
