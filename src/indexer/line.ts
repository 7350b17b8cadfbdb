import type { Gate } from '../daemon/breakers.ts'
import type { Chore } from '../daemon/chores/chore.ts'
import { recheckChore } from '../daemon/chores/recheck.ts'
import { restoreChores } from '../daemon/chores/restore.ts'
import type { OpenedEngine } from '../daemon/engines.ts'
import { PatientQuestion } from '../daemon/patient-question.ts'
import type { Pauses } from '../daemon/pause-gate.ts'
import { RestoreWatch } from '../daemon/restore/watch.ts'
import { StormBrake } from '../daemon/storm-brake.ts'
import { wait } from '../daemon/wait.ts'
import { asSlipError, type SlipError } from '../errors/slip-error.ts'
import { shardText } from '../state/control/shard-name.ts'
import type { Target } from '../state/control/target.ts'
import type { Claim } from '../state/queue/claim.ts'
import { lanes } from '../state/queue/lanes.ts'
import { Acceptance } from './acceptance.ts'
import { Batch } from './batch.ts'
import { ByteBudget } from './byte-budget.ts'
import { type BatchReport, ClaimRun } from './claim-run.ts'
import { Claimer } from './claimer.ts'
import { Connections } from './connections.ts'
import { DocumentLimit } from './document-limit.ts'
import type { LineContext } from './line-context.ts'
import { Once } from './once.ts'
import { type Lead, leadOf, type Openness } from './openness.ts'
import { ParcelSizes } from './parcel-sizes.ts'
import { ShardsUnderWay } from './shards-under-way.ts'
import { isStorm } from './suspension.ts'
import { awayError, TargetBreakers } from './target-breakers.ts'

/**
 * worked: there may be more. idle: nothing is ready, or may be worked on now. waits: for what of the target is under way,
 * or for its engine, which has not answered yet. An error: what is away.
 */
export type Served = 'worked' | 'idle' | 'waits' | SlipError

/**
 * The work of one target, behind the breakers of its engine and its shards. A batch is assembled, and runs on by itself
 * while the next is claimed: but for what tries out the target, beside which it has no other, or a shard, beside which that
 * has none, and for suspects. One that waits for room in
 * memory holds no other target back: only its own is not claimed for until it is assembled.
 */
export class Line {
  readonly target: Target
  readonly #context: LineContext
  readonly #opened: OpenedEngine
  readonly #claimer: Claimer
  readonly #health: PatientQuestion<SlipError | null>
  readonly #brake: StormBrake
  readonly #circuits: TargetBreakers
  readonly #connections: Connections
  readonly #sizes: ParcelSizes
  readonly #budget: ByteBudget
  readonly #acceptance: Acceptance
  readonly #limit: DocumentLimit
  readonly #watch: RestoreWatch
  readonly #once: Once | null
  #isAssembling = false
  /** What tries out the target is under way. */
  #isProbing = false
  readonly #shards = new ShardsUnderWay()
  /** Whether its shards were once compared with the database, as far as they answered. */
  #wasAsked = false
  #wasSuspended = false
  /** The first engine or shard that was away: what `--once` ends with, when the rest is done. */
  #away: SlipError | null = null

  /** `inFlightBytes`: the share of the target. */
  constructor(context: LineContext, target: Target, opened: OpenedEngine, inFlightBytes: number) {
    const { config, state, worker, stop, pipeline, own } = context
    this.target = target
    this.#context = context
    this.#opened = opened
    this.#claimer = new Claimer(state.db, worker, target, { ...config.indexer, own }, pipeline)
    const patience = context.once ? null : undefined
    this.#health = new PatientQuestion(() => awayError(() => opened.engine.health()), patience)
    this.#brake = new StormBrake(config.breaker.storm)
    this.#circuits = new TargetBreakers(context, target, opened.engine, this.#brake)
    this.#connections = new Connections(config.indexer.connections, stop)
    this.#sizes = new ParcelSizes(config.indexer.batchBytes)
    this.#budget = new ByteBudget(inFlightBytes)
    this.#acceptance = new Acceptance(state.db)
    this.#limit = new DocumentLimit(opened.engine, config.targets[target.name]?.maxDocumentBytes)
    this.#watch = new RestoreWatch(this.#pair, context.bus, patience)
    this.#once = context.once ? new Once(state.db, config, target, opened.engine) : null
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

  /**
   * Claims a batch and assembles it, for `others` as well where they have the same items ready; `deletesOnly` while the
   * repository cannot be read.
   */
  async serve(pauses: Pauses, deletesOnly: boolean, others: readonly Line[]): Promise<Served> {
    const { breakers, pipeline, once } = this.#context
    const { name } = this.target
    if (this.#isAssembling || this.#isProbing) return 'waits'
    const isTriedOut = breakers.isProbeDue('target', name)
    // what was begun before must not be taken for the probe
    if (isTriedOut && !pipeline.isDry(name)) return 'waits'
    // before a probe is taken, which would lapse while the answer is waited for
    const mayServe = isTriedOut || !breakers.isSuspended('target', name)
    const away = mayServe ? await this.#health.answer() : null
    if (away === 'waits') return 'waits'
    const gate = await breakers.gate('target', name)
    // a storm suspends the target at once: open, it was resumed since
    if (gate === 'open' && (this.#wasSuspended || this.#brake.storm() !== null)) this.#brake.reset()
    this.#wasSuspended = gate !== 'open'
    if (gate === 'suspended') return once ? this.#circuits.suspendedTarget() : 'idle'
    if (away !== null) {
      breakers.failed('target', name, away)
      return away
    }
    if (gate === 'open') breakers.succeeded('target', name)
    await this.#circuits.listen(pauses)
    const { only, away: silent } = await this.#circuits.shardToProbe(pauses, (shard) => this.#shards.isFree(shard))
    this.#away ??= silent
    this.#wasAsked = true
    const uncompared = await this.#uncompared((shard) => shard === only || !this.#isLeftAlone(shard))
    const openness = { ...this.#openness(uncompared), deletesOnly, ...(only === null ? {} : { only }) }
    return this.#work(pauses, openness, gate, others)
  }

  /**
   * Claims what is ready of the items that another target has just claimed. The health of its engine is asked only once, at
   * the start. An outage after that is noticed when the target is served itself.
   */
  async along(pauses: Pauses, lead: Lead): Promise<ClaimRun[]> {
    const { breakers } = this.#context
    if (this.#isAssembling || this.#isProbing || breakers.isSuspended('target', this.target.name)) return []
    try {
      const mayAsk = !this.#wasAsked
      if (mayAsk && (await this.#health.answer()) !== null) return []
      this.#wasAsked = true
      const uncompared = await this.#uncompared((shard) => mayAsk && !this.#isLeftAlone(shard))
      const openness = this.#openness(uncompared)
      const claims = await this.#claimer.along(pauses, openness, lead)
      return claims.map((claim) => this.#begin(claim, false))
    } catch (thrown) {
      const error = asSlipError(thrown)
      // whoever leads goes on, and meets the same with its own
      if (error.class !== 'environment') throw error
      return []
    }
  }

  #openness(uncompared: ReadonlySet<number>): Openness {
    const busy = (shard: number) => shard > 0 && this.#connections.isBusy(this.#opened.engine.nodeOf(shard))
    return { suspended: (shard) => this.#isLeftAlone(shard), busy, uncompared, deletesOnly: false }
  }

  /** Whether a shard is suspended, or being tried out. */
  #isLeftAlone(shard: number): boolean {
    return this.#shards.isTriedOut(shard) || this.#circuits.isSuspended(shard)
  }

  /** Shards nothing may be claimed for, as the database may be older than they are. */
  async #uncompared(mayAsk: (shard: number) => boolean): Promise<ReadonlySet<number>> {
    const { uncompared, away } = await this.#watch.beforeClaim(mayAsk)
    for (const [shard, error] of away) {
      this.#context.breakers.failed('shard', shardText({ target: this.target.name, shard }), error)
      this.#away ??= error
    }
    return uncompared
  }

  async #work(pauses: Pauses, openness: Openness, gate: Gate, others: readonly Line[]): Promise<Served> {
    const { breakers, pipeline } = this.#context
    const once = this.#once
    const { name } = this.target
    const storm = gate === 'probe' && isStorm(breakers.reason('target', name))
    const claim = await this.#claimer.next(pauses, openness)
    if (claim === null) {
      // it answered, and there is nothing to try it out with
      if (!storm) breakers.succeeded('target', name)
      if (openness.only === undefined) {
        // it may have ended since, but lane 0 was not looked into
        if (this.#claimer.leftSuspects) return 'waits'
        if (once === null) return 'idle'
        // what it wrote is committed when all of it has ended
        if (!pipeline.isDry(name)) return 'waits'
        const suspended = this.#circuits.suspendedShard()
        if (this.#claimer.leftBusy || (suspended === null && once.isAwaited)) return this.#lookAgain()
        const left = await once.end()
        return this.#away ?? left ?? suspended ?? 'idle'
      }
      // where it was passed over, nothing was tried: the probe lapses
      const { leftBusy, leftSuspects } = this.#claimer
      const wasLookedInto =
        !leftBusy && !leftSuspects && !openness.deletesOnly && !openness.uncompared.has(openness.only)
      if (wasLookedInto) breakers.succeeded('shard', shardText({ target: name, shard: openness.only }))
      return 'worked'
    }
    const run = this.#begin(claim, storm)
    const alone = gate === 'probe' || openness.only !== undefined || claim.lane === lanes.alone
    const lead = leadOf(claim, this.#claimer.drawn)
    const along: Held[] = []
    for (const line of alone || lead.htids.length === 0 ? [] : others)
      for (const each of await line.along(pauses, lead)) along.push({ line, run: each })
    const ended = this.#run({ line: this, run }, along, alone)
    if (gate !== 'probe' && openness.only === undefined) await ended
    else this.#probe(ended, gate, openness.only, storm)
    return 'worked'
  }

  /** One that hangs is waited for by nothing else. */
  #probe(ended: Promise<BatchReport | null>, gate: Gate, only: number | undefined, storm: boolean): void {
    const { breakers, pipeline } = this.#context
    const { name } = this.target
    if (gate === 'probe') this.#isProbing = true
    const judged = ended
      .then((report) => gate === 'probe' && report !== null && this.#circuits.judge(report, storm))
      .finally(() => {
        if (gate === 'probe') this.#isProbing = false
      })
    if (gate === 'probe') breakers.probeLasts('target', name, judged)
    if (only !== undefined) {
      breakers.probeLasts('shard', shardText({ target: name, shard: only }), judged)
      this.#shards.tryOut(only, judged)
    }
    pipeline.add(name, judged)
  }

  /** With `--once`: what a server asked to wait with is still to be done. */
  async #lookAgain(): Promise<Served> {
    await wait(lookAgainMs, this.#context.stop)
    return 'worked'
  }

  /** Holds a claim from now on, and tells of it. */
  #begin(claim: Claim, probesStorm: boolean): ClaimRun {
    const { state, leases, bus } = this.#context
    const { name, lease } = this.target
    const { token, lane, items } = claim
    this.#once?.writes()
    bus.emit('index.claimed', { target: name, lane, shard: items[0]?.shard ?? 0, items: items.length, token })
    leases.hold(token, items.length, lease, this.#claimer.askedAt)
    this.#shards.begin(claim)
    const { engine } = this.#opened
    const paced = { connections: this.#connections, sizes: this.#sizes, budget: this.#budget }
    const own = { engine, brake: this.#brake, acceptance: this.#acceptance, limit: this.#limit, ...paced, probesStorm }
    return new ClaimRun({ ...this.#context, db: state.db, ...own }, claim)
  }

  /** Assembles claims until that waits for room, and lets them run on. The report of one that is `alone` is waited for. */
  async #run(leader: Held, along: readonly Held[], alone: boolean): Promise<BatchReport | null> {
    const { mount, pipeline, state, ...context } = this.#context
    const runs = along.map(({ run }) => run)
    const batch = new Batch({ ...context, db: state.db, mount: mount.name }, leader.run, runs)
    const { waits, assembled } = batch.start()
    this.#isAssembling = true
    const isOver = assembled.finally(() => {
      this.#isAssembling = false
      pipeline.progressed()
    })
    // heard with the end
    isOver.catch(() => undefined)
    for (const { line, run } of along) pipeline.add(line.target.name, line.#end(run, assembled))
    const heard = this.#end(leader.run, assembled)
    if (alone) return heard
    pipeline.add(this.target.name, heard)
    await Promise.race([waits, isOver])
    return null
  }

  async #end(run: ClaimRun, assembled: Promise<void>): Promise<BatchReport> {
    const { leases } = this.#context
    const over = () => {
      leases.drop(run.claim.token)
      this.#shards.end(run.claim)
    }
    return this.#hear(await run.end(assembled).finally(over))
  }

  async #hear(report: BatchReport): Promise<BatchReport> {
    this.#once?.hear(report)
    await this.#context.breakers.flush()
    return report
  }
}

const lookAgainMs = 250

/** A claim of a target. */
interface Held {
  readonly line: Line
  readonly run: ClaimRun
}
