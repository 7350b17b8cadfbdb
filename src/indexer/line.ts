import { performance } from 'node:perf_hooks'
import type { Config } from '../config/load.ts'
import { type Breakers, type Gate, shardName } from '../daemon/breakers.ts'
import type { OpenedEngine } from '../daemon/engines.ts'
import type { LeaseKeeper } from '../daemon/lease.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import type { StageContext } from '../daemon/stage.ts'
import { StormBrake } from '../daemon/storm-brake.ts'
import { asSlipError, SlipError } from '../errors/slip-error.ts'
import type { Repository } from '../repository/repository.ts'
import type { Target } from '../state/control/target.ts'
import type { Claim } from '../state/queue/claim.ts'
import { Batch, type BatchReport } from './batch.ts'
import { Claimer, type Openness } from './claimer.ts'
import type { Mount } from './mount.ts'
import { stormError } from './weigh.ts'

export interface LineContext extends StageContext {
  readonly repository: Repository
  readonly mount: Mount
  readonly leases: LeaseKeeper
  readonly breakers: Breakers
}

/** worked: there may be more. idle: nothing is ready, or may be worked on. An error: what is away. */
export type Served = 'worked' | 'idle' | SlipError

/** The work of one target, one batch at a time, behind the breakers of its engine and its shards. */
export class Line {
  readonly target: Target
  readonly #context: LineContext
  readonly #opened: OpenedEngine
  readonly #claimer: Claimer
  readonly #brake: StormBrake
  #wasSuspended = false

  constructor(context: LineContext, target: Target, opened: OpenedEngine) {
    const { config, state, worker } = context
    this.target = target
    this.#context = context
    this.#opened = opened
    this.#claimer = new Claimer(state.db, worker, target, config.indexer)
    this.#brake = new StormBrake(config.breaker.storm)
  }

  close(): Promise<void> {
    return this.#opened.close()
  }

  /** One batch; `deletesOnly` while the repository cannot be read. */
  async serve(pauses: Pauses, deletesOnly: boolean): Promise<Served> {
    const { breakers } = this.#context
    const { name } = this.target
    const gate = await breakers.gate('target', name)
    if (gate === 'open' && this.#wasSuspended) this.#brake.reset()
    this.#wasSuspended = gate !== 'open'
    if (gate === 'suspended') return 'idle'
    const away = await this.#awayError(() => this.#opened.engine.health())
    if (away !== null) {
      breakers.failed('target', name, away)
      return away
    }
    if (gate === 'open') breakers.succeeded('target', name)
    const only = await this.#shardToProbe(pauses)
    if (only instanceof SlipError) return only
    const suspended = (shard: number) => breakers.isSuspended('shard', shardName(name, shard))
    const openness = { suspended, deletesOnly, ...(only === null ? {} : { only }) }
    return this.#work(pauses, openness, gate)
  }

  async #work(pauses: Pauses, openness: Openness, gate: Gate): Promise<Served> {
    const { breakers, once } = this.#context
    const { name } = this.target
    const storm = gate === 'probe' && breakers.reason('target', name).startsWith('STORM_BRAKE')
    const startedAt = performance.now()
    const claim = await this.#claimer.next(pauses, openness)
    if (claim === null) {
      // it answered, and there is nothing to try it out with
      if (openness.only !== undefined) breakers.succeeded('shard', shardName(name, openness.only))
      if (storm) return new SlipError('STORM_BRAKE', breakers.reason('target', name))
      breakers.succeeded('target', name)
      return openness.only === undefined ? 'idle' : 'worked'
    }
    const report = await this.#run(claim, startedAt, storm)
    if (gate === 'probe') this.#judge(report, storm)
    if (report.storm !== null) this.#wasSuspended = true
    if (!once) return 'worked'
    // what is suspended is tried once, not until nothing is left to try it with
    if (storm && breakers.isSuspended('target', name))
      return new SlipError('STORM_BRAKE', breakers.reason('target', name))
    return report.storm ?? report.away ?? 'worked'
  }

  async #run(claim: Claim, startedAt: number, probesStorm: boolean): Promise<BatchReport> {
    const { config, state, bus, worker, stop, leases, repository, mount, breakers } = this.#context
    const { name, lease } = this.target
    const { token, lane, items } = claim
    const shard = items[0]?.shard ?? 0
    bus.emit('index.claimed', { target: name, lane, shard, items: items.length, token })
    leases.hold(token, items.length, lease, startedAt)
    const own = { engine: this.#opened.engine, brake: this.#brake, probesStorm, mount: mount.name }
    try {
      return await new Batch(
        { config, db: state.db, bus, worker, stop, leases, repository, breakers, ...own },
        claim,
      ).run()
    } finally {
      leases.drop(token)
    }
  }

  /** What a probe of the target showed. */
  #judge({ away, storm, ended, faults }: BatchReport, storming: boolean): void {
    const { breakers, config } = this.#context
    const { name } = this.target
    if (!storming) {
      if (away?.code === 'ENGINE_UNAVAILABLE') breakers.failed('target', name, away)
      else if (storm === null) breakers.succeeded('target', name)
      return
    }
    if (ended > 0 && faults <= config.breaker.storm * ended) {
      this.#brake.reset()
      breakers.succeeded('target', name)
    } else breakers.failed('target', name, stormError({ failed: faults, of: ended, code: 'an error' }))
  }

  /** Of the suspended shards one whose probe is ours; null = none. What it says when it cannot even be read. */
  async #shardToProbe(pauses: Pauses): Promise<number | SlipError | null> {
    const { breakers } = this.#context
    const { name, shards } = this.target
    for (const shardOf of breakers.names('shard')) {
      const shard = numberOf(name, shardOf)
      if (shard === null || shard > shards || pauses.shard(name, shard)) continue
      if ((await breakers.gate('shard', shardOf)) !== 'probe') continue
      const away = await this.#awayError(() => this.#opened.engine.scan(shard, '', 1))
      if (away === null) return shard
      breakers.failed('shard', shardOf, away)
      return away
    }
    return null
  }

  /** Asked before each claim: with a dead index, items would be read and assembled for nothing, over and over. */
  async #awayError(ask: () => Promise<unknown>): Promise<SlipError | null> {
    try {
      await ask()
      return null
    } catch (thrown) {
      const error = asSlipError(thrown)
      if (error.class !== 'environment') throw error
      return error
    }
  }
}

function numberOf(target: string, name: string): number | null {
  const [ofTarget, shard] = name.split('/')
  return ofTarget === target ? Number(shard) : null
}

/** Opens the lines of all targets, or none. */
export async function openLines(
  context: LineContext,
  targets: readonly Target[],
  open: (config: Config, target: string) => Promise<OpenedEngine>,
): Promise<Line[]> {
  const lines: Line[] = []
  try {
    for (const target of targets) lines.push(new Line(context, target, await open(context.config, target.name)))
    return lines
  } catch (error) {
    for (const line of lines) await line.close()
    throw error
  }
}
