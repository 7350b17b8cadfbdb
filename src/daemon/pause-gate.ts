import { databaseClock } from '../state/clock.ts'
import type { Connection } from '../state/connection.ts'
import { type Pause, readPauses } from '../state/control/pause.ts'
import { shardText } from '../state/control/shard-name.ts'
import { type KnownTarget, listTargets } from '../state/control/target.ts'
import { laneName } from '../state/queue/lanes.ts'

/**
 * What slip_control says, as one process sees it, and which targets there are: nobody works for one that is retiring, nor
 * for one that is gone, which a process started before may still have in its configuration.
 */
export class Pauses {
  readonly #pauses: readonly Pause[]
  /** What the database says of every target. */
  readonly targets: readonly KnownTarget[]
  /** Database clock taken before slip_control was read. */
  readonly seen: string

  private constructor(pauses: readonly Pause[], targets: readonly KnownTarget[], seen: string) {
    this.#pauses = pauses
    this.targets = targets
    this.seen = seen
  }

  static async read(db: Connection): Promise<Pauses> {
    const seen = await databaseClock(db)
    const pauses = await readPauses(db)
    return new Pauses(pauses, await listTargets(db), seen)
  }

  /** The pause that stops a whole process, if any. */
  ofProcess(stage: string, host: string): Pause | undefined {
    return this.#pauses.find(
      ({ kind, name }) => kind === 'all' || (kind === 'stage' && name === stage) || (kind === 'host' && name === host),
    )
  }

  target(target: string): boolean {
    const isKept = this.targets.some(({ name, state }) => name === target && state !== 'retiring')
    return !isKept || this.has('target', target)
  }

  shard(target: string, shard: number): boolean {
    return this.has('shard', shardText({ target, shard }))
  }

  lane(lane: number): boolean {
    return this.has('lane', laneName(lane))
  }

  /** Whether a person has paused just that. */
  has(kind: Pause['kind'], name: string): boolean {
    return this.#pauses.some((pause) => pause.kind === kind && pause.name === name)
  }
}
