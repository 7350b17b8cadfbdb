import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { upkeepChores } from '../daemon/chores/upkeep.ts'
import { type OpenedEngine, openTargetEngine } from '../daemon/engines.ts'
import { LeaseKeeper } from '../daemon/lease.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import type { Stage, StageContext, StageDefinition } from '../daemon/stage.ts'
import { configuredTargets } from '../daemon/targets.ts'
import { asSlipError, type SlipError } from '../errors/slip-error.ts'
import { openPairtree } from '../repository/pairtree.ts'
import type { Repository } from '../repository/repository.ts'
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
  const { config, state, bus } = context
  const targets = await configuredTargets(state.db, config)
  const lines = await openLines(context, targets)
  const repository = openPairtree({ root: resolve(config.baseDir, config.repository.root) })
  const leases = new LeaseKeeper(state.db, bus)
  let turn = 0
  return {
    chores: [...upkeepChores(config, targets)],
    // one batch a step, so that pauses are read before each
    step: async (pauses) => {
      const open = lines.filter(({ target }) => !pauses.target(target.name))
      const away: SlipError[] = []
      for (let tried = 0; tried < open.length; tried++) {
        const line = open[turn++ % open.length] as Line
        const error = await awayError(line)
        if (error !== null) away.push(error)
        else if (await serve(context, { line, leases, repository, pauses })) return true
      }
      // an index that is away holds no other back
      const [first] = away
      if (first !== undefined && (context.once || away.length === open.length)) throw first
      return false
    },
    close: async () => {
      await leases.stop()
      for (const { opened } of lines) await opened.close()
    },
  }
}

/** Asked before each claim: with a dead index, items would be read and assembled for nothing, over and over. */
async function awayError({ opened }: Line): Promise<SlipError | null> {
  try {
    await opened.engine.health()
    return null
  } catch (thrown) {
    const error = asSlipError(thrown)
    if (error.class !== 'environment') throw error
    return error
  }
}

interface Turn {
  readonly line: Line
  readonly leases: LeaseKeeper
  readonly repository: Repository
  readonly pauses: Pauses
}

/** One batch of a target; false = nothing is ready. With `--once` throws what kept a whole batch from being done. */
async function serve(context: StageContext, { line, leases, repository, pauses }: Turn): Promise<boolean> {
  const { config, state, bus, worker, stop, once } = context
  const { target, opened, claimer } = line
  const startedAt = performance.now()
  const claim = await claimer.next(pauses)
  if (claim === null) return false
  const { token, lane, items } = claim
  const shard = items[0]?.shard ?? 0
  bus.emit('index.claimed', { target: target.name, lane, shard, items: items.length, token })
  leases.hold(token, items.length, target.lease, startedAt)
  try {
    const batch = { config, db: state.db, bus, repository, engine: opened.engine, leases, worker, stop }
    const away = await new Batch(batch, claim).run()
    if (once && away !== null) throw away
  } finally {
    leases.drop(token)
  }
  return true
}

async function openLines({ config, state, worker }: StageContext, targets: readonly Target[]): Promise<Line[]> {
  const lines: Line[] = []
  try {
    for (const target of targets) {
      const opened = await openTargetEngine(config, state, target.name)
      lines.push({ target, opened, claimer: new Claimer(state.db, worker, target, config.indexer.batch) })
    }
    return lines
  } catch (error) {
    for (const { opened } of lines) await opened.close()
    throw error
  }
}
