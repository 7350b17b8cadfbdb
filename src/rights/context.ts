import { performance } from 'node:perf_hooks'
import type { Config } from '../config/load.ts'
import type { EventBus } from '../events/bus.ts'
import type { Repository } from '../repository/repository.ts'
import type { Database } from '../state/connection.ts'
import type { Catalogue } from './catalogues.ts'
import type { FollowedSources } from './memberships.ts'
import type { Tally } from './tally.ts'

/** What the parts of a pass share. */
export interface Pass {
  readonly config: Config
  readonly db: Database
  readonly bus: EventBus
  readonly repository: Repository
  /** Aborted when the pass is to end before it is done. */
  readonly stop: AbortSignal
  readonly tally: Tally
  /** The files each source had when its errors were last compared with them. */
  readonly listed: Map<string, string>
  /** Those of the sources that are the Solr of a catalogue, by name. */
  readonly catalogues: ReadonlyMap<string, Catalogue>
  /** The source whose records are noted as seen, for a pass after which what was not is withdrawn. */
  readonly census?: string
  /** Those that are asked by item, holdings and collections. */
  readonly memberships: FollowedSources
  /** Repositories of which all files are to be compared now, whenever they last were. */
  readonly afresh: Set<string>
  /** What is due is done whole in one pass: nobody comes again. */
  readonly atOnce: boolean
  /** Whether this process has looked if the settings that carry-over depends on are others than before. */
  readonly settings: { areHeeded: boolean }
  /** When each source that is a server is to be asked again, on the clock of performance.now(). */
  readonly askAt: Map<string, number>
}

/** Whether the time has come to ask a source that is a server. */
export const isDue = ({ askAt }: Pass, source: string): boolean => performance.now() >= (askAt.get(source) ?? 0)

/** A source was asked, and is to be asked again after so many milliseconds. */
export const wasAsked = ({ askAt }: Pass, source: string, againMs: number): void => {
  askAt.set(source, performance.now() + againMs)
}

/** True when some source speaks of rights: then catalogue records only fill what it leaves open. */
export const hasRightsSource = (config: Config): boolean =>
  Object.values(config.sources).some(({ kind }) => kind === 'hathifiles' || kind === 'rights-db')

/** Those that are ours: with scope `present`, an item that is not in the repository is none. */
export async function inScope<Item extends { readonly htid: string }>(
  { config, repository }: Pass,
  items: readonly Item[],
): Promise<readonly Item[]> {
  if (config.repository.scope === 'catalogue') return items
  const has = await Promise.all(items.map(({ htid }) => repository.has(htid)))
  return items.filter((_, at) => has[at])
}
