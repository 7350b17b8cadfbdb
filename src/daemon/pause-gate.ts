import { databaseClock } from '../state/clock.ts'
import type { Connection } from '../state/connection.ts'
import { type Pause, readPauses } from '../state/control/pause.ts'
import { listRetiring } from '../state/control/retire.ts'
import { laneName } from '../state/queue/lanes.ts'

/** What slip_control says, as one process sees it, and which targets are retiring: nobody works for those. */
export class Pauses {
  readonly #pauses: readonly Pause[]
  readonly #retiring: readonly string[]
  /** Database clock taken before slip_control was read. */
  readonly seen: string

  private constructor(pauses: readonly Pause[], retiring: readonly string[], seen: string) {
    this.#pauses = pauses
    this.#retiring = retiring
    this.seen = seen
  }

  static async read(db: Connection): Promise<Pauses> {
    const seen = await databaseClock(db)
    return new Pauses(await readPauses(db), await listRetiring(db), seen)
  }

  /** The pause that stops a whole process, if any. */
  ofProcess(stage: string, host: string): Pause | undefined {
    return this.#pauses.find(
      ({ kind, name }) => kind === 'all' || (kind === 'stage' && name === stage) || (kind === 'host' && name === host),
    )
  }

  target(target: string): boolean {
    return this.#retiring.includes(target) || this.#has('target', target)
  }

  shard(target: string, shard: number): boolean {
    return this.#has('shard', `${target}/${shard}`)
  }

  lane(lane: number): boolean {
    return this.#has('lane', laneName(lane))
  }

  #has(kind: Pause['kind'], name: string): boolean {
    return this.#pauses.some((pause) => pause.kind === kind && pause.name === name)
  }
}
