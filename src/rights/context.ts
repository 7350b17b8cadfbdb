import type { Config } from '../config/load.ts'
import type { EventBus } from '../events/bus.ts'
import type { Repository } from '../repository/repository.ts'
import type { Database } from '../state/connection.ts'
import type { Tally } from './tally.ts'

/** What the parts of a pass share. */
export interface Pass {
  readonly config: Config
  readonly db: Database
  readonly bus: EventBus
  readonly repository: Repository
  readonly stop: AbortSignal
  readonly tally: Tally
  /** The files each source had when its errors were last compared with them. */
  readonly listed: Map<string, string>
}

/** True when some source speaks of rights: then catalogue records only fill what it leaves open. */
export const hasRightsSource = (config: Config): boolean =>
  Object.values(config.sources).some((source) => source.kind === 'hathifiles')

/** With scope `present`, an item that is not in the repository is none of ours. */
export async function inScope({ config, repository }: Pass, htid: string): Promise<boolean> {
  return config.repository.scope === 'catalogue' || repository.has(htid)
}
