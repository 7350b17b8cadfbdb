import { performance } from 'node:perf_hooks'
import type { Stage, StageContext, StageDefinition } from '../daemon/stage.ts'
import { Forcing, namedToForce } from './force.ts'
import { openPasses } from './passes.ts'
import { readSources } from './sources.ts'

const walkEveryMs = 3_600_000

/** slip-rights: reads catalogue and rights, and writes what changed to slip_rights. */
export const rightsStage: StageDefinition = {
  name: 'rights',
  summary:
    'Reads catalogue records, rights and repository as the configuration names them, compares what they say of each item\nwith slip_rights and writes what changed: NEW, UPDATED, MOVED, WITHDRAWN, FORCED; NOOP is only counted.',
  options: {
    force: {
      describe:
        'ids of items that get a new revision though nothing changed (FORCED); with --once, even where it is not said',
      type: 'string',
      array: true,
    },
    'ids-file': {
      describe: 'file of ids for --force, one a line; - for standard input; blank lines and # comments are skipped',
      type: 'string',
      requiresArg: true,
    },
    full: {
      describe:
        'read the Solr of each catalogue (kind vufind-solr) whole, not only what changed by its dates, and compare all items with holdings, collections and repository',
      type: 'boolean',
    },
  },
  check: (_config, args) => namedToForce(args),
  isOnce: (args) => namedToForce(args) !== null,
  open: async (context) => openStage(context),
}

function openStage(context: StageContext): Stage {
  const { config, state, bus, stop, once } = context
  const passes = openPasses({ config, db: state.db, bus, stop, atOnce: once, all: context.args.full === true })
  const { breakers } = passes
  let walkAt = 0
  const named = namedToForce(context.args)
  const forcing = named && new Forcing(named, stop)
  return {
    chores: [],
    step: async (_pauses, end) => {
      const pass = passes.next(end)
      await breakers.refresh()
      const { away, walked } = await readSources(pass, breakers, performance.now() >= walkAt)
      await breakers.flush()
      if (walked && !end.aborted) walkAt = performance.now() + walkEveryMs
      await forcing?.run(pass)
      if (pass.tally.any) bus.emit('rights.pass', { ...pass.tally.counts })
      const [first] = away
      if (first !== undefined) throw first
      return false
    },
    close: () => passes.close(),
  }
}
