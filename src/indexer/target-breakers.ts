import type { Config } from '../config/load.ts'
import type { Breakers } from '../daemon/breakers.ts'
import { ShardQuestions } from '../daemon/patient-question.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import type { StormBrake } from '../daemon/storm-brake.ts'
import { asSlipError, type SlipError } from '../errors/slip-error.ts'
import type { Engine } from '../shards/engine.ts'
import { shardText } from '../state/control/shard-name.ts'
import type { Target } from '../state/control/target.ts'
import type { BatchReport } from './claim-run.ts'
import type { OwnWork } from './own-work.ts'
import { againOf, ownSuspended, suspendedError } from './suspension.ts'
import { stormError, worstOf } from './weigh.ts'

interface TargetBreakersContext {
  readonly once: boolean
  readonly config: Config
  readonly breakers: Breakers
  readonly own: OwnWork
}

/** The breakers of a target and of those of its shards that this process is for. */
export class TargetBreakers {
  readonly #context: TargetBreakersContext
  readonly #target: Target
  readonly #brake: StormBrake
  /** Whether a suspended shard can be read, by shard. */
  readonly #readable: ShardQuestions<SlipError | null>
  /** What of that was heard, and not tried out yet: what is away, or null. */
  readonly #said = new Map<number, SlipError | null>()

  constructor(context: TargetBreakersContext, target: Target, engine: Engine, brake: StormBrake) {
    this.#context = context
    this.#target = target
    this.#brake = brake
    const ask = (shard: number) => awayError(() => engine.scan(shard, '', 1))
    this.#readable = new ShardQuestions(ask, context.once ? null : undefined)
  }

  /**
   * Asks the suspended shards that are to be tried out whether they can be read. One that has not answered yet holds up
   * nobody: it is due until it has.
   */
  async listen(pauses: Pauses): Promise<void> {
    for (const { shard } of this.#due(pauses)) {
      if (this.#said.has(shard)) continue
      const away = await this.#readable.answer(shard)
      if (away !== 'waits') this.#said.set(shard, away)
    }
  }

  /** Whether a shard is suspended. */
  isSuspended(shard: number): boolean {
    return this.#context.breakers.isSuspended('shard', shardText({ target: this.#target.name, shard }))
  }

  /** That the target is suspended, and why. */
  suspendedTarget(): SlipError {
    const { name } = this.#target
    return suspendedError(name, this.#context.breakers.reason('target', name))
  }

  /** That one of its shards is, and why; null = none is. */
  suspendedShard(): SlipError | null {
    const [shard] = this.#suspendedShards()
    return shard === undefined ? null : suspendedError(shard.name, this.#context.breakers.reason('shard', shard.name))
  }

  /**
   * Of the shards that have answered one whose probe is ours, and that can at least be read; `away`: the first that cannot.
   * `isFree`: nothing of it is under way. What was begun before must not be taken for the probe.
   */
  async shardToProbe(
    pauses: Pauses,
    isFree: (shard: number) => boolean,
  ): Promise<{ readonly only: number | null; readonly away: SlipError | null }> {
    const { breakers } = this.#context
    let first: SlipError | null = null
    for (const { name, shard } of this.#due(pauses)) {
      const away = this.#said.get(shard)
      if (away === undefined || !isFree(shard)) continue
      this.#said.delete(shard)
      if ((await breakers.gate('shard', name)) !== 'probe') continue
      if (away === null) return { only: shard, away: first }
      breakers.failed('shard', name, away)
      first ??= away
    }
    return { only: null, away: first }
  }

  /** What a probe of the target showed. */
  judge({ away, storm, ended, faults }: BatchReport, storming: boolean): void {
    const { breakers, config } = this.#context
    const { name } = this.#target
    if (!storming) {
      if (away?.code === 'ENGINE_UNAVAILABLE') breakers.failed('target', name, away)
      else if (!storm) breakers.succeeded('target', name)
      return
    }
    if (ended > 0 && faults.length <= config.breaker.storm * ended) {
      this.#brake.reset()
      breakers.succeeded('target', name)
      return
    }
    const worst = worstOf(faults, ended)
    breakers.failed('target', name, worst === null ? againOf(breakers.reason('target', name)) : stormError(worst))
  }

  #due(pauses: Pauses) {
    const { name: target, shards } = this.#target
    return this.#suspendedShards().filter(
      ({ name, shard }) =>
        shard <= shards && !pauses.shard(target, shard) && this.#context.breakers.isProbeDue('shard', name),
    )
  }

  #suspendedShards() {
    return ownSuspended(this.#context.breakers.names('shard'), this.#target.name, this.#context.own)
  }
}

/** What is away. An engine is asked before each claim: with a dead one, items would be read for nothing, over and over. */
export async function awayError(ask: () => Promise<unknown>): Promise<SlipError | null> {
  try {
    await ask()
    return null
  } catch (thrown) {
    const error = asSlipError(thrown)
    if (error.class !== 'environment') throw error
    return error
  }
}
