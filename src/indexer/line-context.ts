import type { Breakers } from '../daemon/breakers.ts'
import type { LeaseKeeper } from '../daemon/lease.ts'
import type { StageContext } from '../daemon/stage.ts'
import type { Repository } from '../repository/repository.ts'
import type { AskedSources } from './asked-sources.ts'
import type { Mount } from './mount.ts'
import type { OwnWork } from './own-work.ts'
import type { Pipeline } from './pipeline.ts'

/** What the lines of a process share. */
export interface LineContext extends StageContext {
  readonly repository: Repository
  readonly mount: Mount
  readonly asked: AskedSources
  readonly leases: LeaseKeeper
  readonly breakers: Breakers
  readonly pipeline: Pipeline
  readonly own: OwnWork
}
