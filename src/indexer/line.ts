import { performance } from 'node:perf_hooks'
import type { Config } from '../config/load.ts'
import { type Breakers, type Gate, shardName } from '../daemon/breakers.ts'
import type { Chore } from '../daemon/chores/chore.ts'
import { commitShards } from '../daemon/chores/commit.ts'
import { recheckChore } from '../daemon/chores/recheck.ts'
import { restoreChores } from '../daemon/chores/restore.ts'
import type { OpenedEngine } from '../daemon/engines.ts'
import type { LeaseKeeper } from '../daemon/lease.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import { RestoreWatch } from '../daemon/restore/watch.ts'
import type { StageContext } from '../daemon/stage.ts'
import { StormBrake } from '../daemon/storm-brake.ts'
import { asSlipError, SlipError } from '../errors/slip-error.ts'
import type { Repository } from '../repository/repository.ts'
import type { Target } from '../state/control/target.ts'
import type { Claim } from '../state/queue/claim.ts'
import { Batch, type BatchReport } from './batch.ts'
import { Claimer, type Openness } from './claimer.ts'
import type { Mount } from './mount.ts'
import { stormError, worstOf } from './weigh.ts'

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
  readonly #watch: RestoreWatch
  #wasSuspended = false
  #isCommitted = true
  /** The first that was away and kept a whole batch from being done: what `--once` ends with, when the rest is done. */
  #away: SlipError | null = null

  constructor(context: LineContext, target: Target, opened: OpenedEngine) {
    const { config, state, worker } = context
    this.target = target
    this.#context = context
    this.#opened = opened
    this.#claimer = new Claimer(state.db, worker, target, config.indexer)
    this.#brake = new StormBrake(config.breaker.storm)
    this.#watch = new RestoreWatch(this.#pair, context.bus)
  }

  /** What is done for this target beside its batches. */
  get chores(): Chore[] {
    const { config, bus } = this.#context
    return [recheckChore(this.#pair, bus), ...restoreChores(this.#pair, config, bus)]
  }

  get #pair() {
    return { db: this.#context.state.db, engine: this.#opened.engine, target: this.target }
  }

  close(): Promise<void> {
    return this.#opened.close()
  }

  /** One batch; `deletesOnly` while the repository cannot be read. */
  async serve(pauses: Pauses, deletesOnly: boolean): Promise<Served> {
    const { breakers, once } = this.#context
    const { name } = this.target
    const gate = await breakers.gate('target', name)
    if (gate === 'open' && this.#wasSuspended) this.#brake.reset()
    this.#wasSuspended = gate !== 'open'
    if (gate === 'suspended') return once ? this.#suspendedError() : 'idle'
    const away = await this.#awayError(() => this.#opened.engine.health())
    if (away !== null) {
      breakers.failed('target', name, away)
      return away
    }
    if (gate === 'open') breakers.succeeded('target', name)
    const only = await this.#shardToProbe(pauses)
    const isSuspended = (shard: number) => breakers.isSuspended('shard', shardName(name, shard))
    const uncompared = await this.#uncompared((shard) => shard === only || !isSuspended(shard))
    const openness = { suspended: isSuspended, uncompared, deletesOnly, ...(only === null ? {} : { only }) }
    return this.#work(pauses, openness, gate)
  }

  /** Shards nothing may be claimed for, as the database may be older than they are. */
  async #uncompared(mayAsk: (shard: number) => boolean): Promise<ReadonlySet<number>> {
    const { uncompared, away } = await this.#watch.beforeClaim(mayAsk)
    for (const [shard, error] of away) {
      this.#context.breakers.failed('shard', shardName(this.target.name, shard), error)
      this.#away ??= error
    }
    return uncompared
  }

  async #work(pauses: Pauses, openness: Openness, gate: Gate): Promise<Served> {
    const { breakers, once } = this.#context
    const { name } = this.target
    const storm = gate === 'probe' && isStorm(breakers.reason('target', name))
    const startedAt = performance.now()
    const claim = await this.#claimer.next(pauses, openness)
    if (claim === null) {
      // it answered, and there is nothing to try it out with
      if (!storm) breakers.succeeded('target', name)
      if (openness.only === undefined) {
        if (!once) return 'idle'
        await this.#commitAtTheEnd()
        return this.#away ?? this.#suspendedShard() ?? 'idle'
      }
      breakers.succeeded('shard', shardName(name, openness.only))
      return 'worked'
    }
    this.#isCommitted = false
    const report = await this.#run(claim, startedAt, storm)
    if (gate === 'probe') this.#judge(report, storm)
    if (report.storm !== null) this.#wasSuspended = true
    this.#away ??= report.away
    return 'worked'
  }

  /** With `--once`: who waits for it to end wants to see what it wrote, and no chore will come. */
  async #commitAtTheEnd(): Promise<void> {
    const { name, shards } = this.target
    const commit = this.#context.config.targets[name]?.commit
    if (this.#isCommitted || commit === undefined || !('by' in commit) || commit.by !== 'slip') return
    this.#isCommitted = true
    this.#away ??= await this.#awayError(() => commitShards(this.#opened.engine, shards, 'durable'))
  }

  #suspendedError(): SlipError {
    const { name } = this.target
    return suspendedError(name, this.#context.breakers.reason('target', name))
  }

  #suspendedShard(): SlipError | null {
    const { breakers } = this.#context
    const shard = breakers.names('shard').find((each) => numberOf(this.target.name, each) !== null)
    return shard === undefined ? null : suspendedError(shard, breakers.reason('shard', shard))
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
    if (ended > 0 && faults.length <= config.breaker.storm * ended) {
      this.#brake.reset()
      breakers.succeeded('target', name)
      return
    }
    const worst = worstOf(faults, ended)
    breakers.failed('target', name, worst === null ? againOf(breakers.reason('target', name)) : stormError(worst))
  }

  /** Of the suspended shards one whose probe is ours, and that can at least be read; null = none. */
  async #shardToProbe(pauses: Pauses): Promise<number | null> {
    const { breakers } = this.#context
    const { name, shards } = this.target
    for (const shardOf of breakers.names('shard')) {
      const shard = numberOf(name, shardOf)
      if (shard === null || shard > shards || pauses.shard(name, shard)) continue
      if ((await breakers.gate('shard', shardOf)) !== 'probe') continue
      const away = await this.#awayError(() => this.#opened.engine.scan(shard, '', 1))
      if (away === null) return shard
      breakers.failed('shard', shardOf, away)
      this.#away ??= away
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

const isStorm = (reason: string): boolean => reason.startsWith('STORM_BRAKE')

/** A probe that came to nothing says nothing new: the cause stays known. */
const againOf = (reason: string): SlipError => new SlipError('STORM_BRAKE', reason.replace(/^STORM_BRAKE: /, ''))

const suspendedError = (what: string, reason: string): SlipError =>
  new SlipError(isStorm(reason) ? 'STORM_BRAKE' : 'ENGINE_UNAVAILABLE', `${what} is suspended: ${reason}`)

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
