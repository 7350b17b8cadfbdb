import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Stage, StageContext, StageDefinition } from '../daemon/stage.ts'
import { SlipError } from '../errors/slip-error.ts'
import { openPairtree } from '../repository/pairtree.ts'
import { carryOver } from './carry-over.ts'
import type { Pass } from './context.ts'
import { forceItems } from './force.ts'
import { loadRecords } from './load-records.ts'
import { loadRepository } from './load-repository.ts'
import { loadRights } from './load-rights.ts'
import { Tally } from './tally.ts'

const walkEveryMs = 3_600_000

/** slip-rights: reads catalogue and rights, and writes what changed to slip_rights. */
export const rightsStage: StageDefinition = {
  name: 'rights',
  summary:
    'Reads catalogue records, rights and repository as the configuration names them, compares what they say of each item\nwith slip_rights and writes what changed: NEW, UPDATED, MOVED, WITHDRAWN, FORCED; NOOP is only counted.',
  options: {
    force: {
      describe: 'ids of items that get a new revision though nothing changed (FORCED)',
      type: 'string',
      array: true,
      requiresArg: true,
    },
  },
  open: async (context) => openStage(context),
}

function openStage(context: StageContext): Stage {
  const { config, state, bus, stop } = context
  const repository = openPairtree({ root: resolve(config.baseDir, config.repository.root) })
  let walkAt = 0
  let forced = (context.args.force as string[] | undefined) ?? []
  return {
    chores: [],
    step: async () => {
      const pass: Pass = { config, db: state.db, bus, repository, stop, tally: new Tally() }
      const walk = performance.now() >= walkAt
      await readSources(pass, walk)
      if (walk) walkAt = performance.now() + walkEveryMs
      if (forced.length > 0) await force(pass, forced)
      forced = []
      if (pass.tally.any) bus.emit('rights.pass', { ...pass.tally.counts })
      return false
    },
    close: async () => undefined,
  }
}

/**
 * Records first, then rights, then what the records say of their items, then the repository: an item is whole when
 * slip-enqueue can first see it.
 */
async function readSources(pass: Pass, walk: boolean): Promise<void> {
  const sources = Object.entries(pass.config.sources)
  for (const [name, source] of sources) if (source.kind === 'records') await loadRecords(pass, name, source.files)
  for (const [name, source] of sources) if (source.kind === 'hathifiles') await loadRights(pass, name, source.files)
  await carryOver(pass)
  if (!walk) return
  for (const [name, source] of sources) if (source.kind === 'repository') await loadRepository(pass, name)
}

async function force(pass: Pass, ids: readonly string[]): Promise<void> {
  const unknown = await forceItems(pass, ids)
  if (unknown.length === 0) return
  throw new SlipError('NOT_FOUND', `no rights row for ${unknown.join(', ')}`)
}
