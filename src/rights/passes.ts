import type { Config } from '../config/load.ts'
import { Breakers } from '../daemon/breakers.ts'
import { closeAll } from '../errors/close-all.ts'
import type { EventBus } from '../events/bus.ts'
import { configuredRepository } from '../repository/configured.ts'
import type { Database } from '../state/connection.ts'
import { openCatalogues } from './catalogues.ts'
import type { Pass } from './context.ts'
import { FollowedSources } from './memberships.ts'
import { Tally } from './tally.ts'

export interface PassesOptions {
  readonly config: Config
  readonly db: Database
  readonly bus: EventBus
  readonly stop: AbortSignal
  /** What is suspended is tried at once, as a person or a timer waits for the answer. */
  readonly atOnce: boolean
  /** The Solr of each catalogue is read whole at first, and the files of all items are compared. */
  readonly all: boolean
}

/** What the passes of one process over the sources share. */
export interface Passes {
  readonly breakers: Breakers
  /** Starts a pass with a tally of its own, which ends early once `end` is aborted; without it, when the process is to stop. */
  next(end?: AbortSignal): Pass
  close(): Promise<void>
}

export function openPasses({ config, db, bus, stop, atOnce, all }: PassesOptions): Passes {
  const repository = configuredRepository(config)
  const catalogues = openCatalogues(config, all)
  const memberships = new FollowedSources(config, { all, once: atOnce })
  const afresh = new Set(all ? repositoriesOf(config) : [])
  const sources = { repository, catalogues, memberships, afresh }
  const shared = {
    config,
    db,
    bus,
    atOnce,
    ...sources,
    listed: new Map(),
    askAt: new Map(),
    settings: { areHeeded: false },
  }
  return {
    breakers: new Breakers(db, bus, config.breaker, atOnce),
    next: (end = stop) => ({ ...shared, stop: end, tally: new Tally() }),
    close: () =>
      closeAll(
        ...[...catalogues.values()].map(
          ({ solr }) =>
            () =>
              solr.close(),
        ),
        () => memberships.close(),
      ),
  }
}

const repositoriesOf = ({ sources }: Config): string[] =>
  Object.entries(sources).flatMap(([name, { kind }]) => (kind === 'repository' ? [name] : []))
