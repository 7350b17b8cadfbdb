import type { Config } from '../config/load.ts'
import { commitShards } from '../daemon/chores/commit.ts'
import type { SlipError } from '../errors/slip-error.ts'
import type { Engine } from '../shards/engine.ts'
import type { Connection } from '../state/connection.ts'
import type { Target } from '../state/control/target.ts'
import { findInState } from '../state/queue/in-state.ts'
import { PutOff, type PutOffReport } from './put-off.ts'
import { awayError } from './target-breakers.ts'

/** With `--once`: what of a target is waited for when nothing is ready, and how it ends. */
export class Once {
  readonly #db: Connection
  readonly #config: Config
  readonly #target: Target
  readonly #engine: Engine
  readonly #putOff: PutOff
  #isCommitted = true

  constructor(db: Connection, config: Config, target: Target, engine: Engine) {
    this.#db = db
    this.#config = config
    this.#target = target
    this.#engine = engine
    this.#putOff = new PutOff(config.indexer.environmentBackoff)
  }

  /** Something is about to be written. */
  writes(): void {
    this.#isCommitted = false
  }

  hear(report: PutOffReport): void {
    this.#putOff.hear(report)
  }

  /** Whether something that a server asked to wait with may still come back. */
  get isAwaited(): boolean {
    return this.#putOff.isAwaited()
  }

  /** The caller expects to see what was written, and with `--once` no chore commits it. Returns what kept it from an end. */
  async end(): Promise<SlipError | null> {
    const { name } = this.#target
    const left = await this.#putOff.whyLeft((htids) => findInState(this.#db, name, htids, 'delayed'))
    return (await this.#commit()) ?? left
  }

  async #commit(): Promise<SlipError | null> {
    const { name, shards } = this.#target
    const commit = this.#config.targets[name]?.commit
    if (this.#isCommitted || commit === undefined || !('by' in commit) || commit.by !== 'slip') return null
    this.#isCommitted = true
    return awayError(() => commitShards(this.#engine, shards, 'durable'))
  }
}
