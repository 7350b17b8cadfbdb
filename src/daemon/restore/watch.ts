import type { EventBus } from '../../events/bus.ts'
import { shardNumbers } from '../../shards/shard-numbers.ts'
import { mayBeAnother, type ServerIdentity, serverIdentity } from '../../state/restore/server-identity.ts'
import { type Patience, ShardQuestions } from '../patient-question.ts'
import { type Comparison, compareShards, type Finding, recordFindings } from './compare-shards.ts'
import type { Pair } from './differences.ts'

/**
 * Keeps a process from claiming for shards it has not compared with the database that answers: claims of a database that was
 * set back would give new items a second shard. At its start, and whenever another server may be answering.
 */
export class RestoreWatch {
  readonly #pair: Pair
  readonly #bus: EventBus
  #identity: ServerIdentity | null = null
  #uncompared: Set<number>
  readonly #comparisons: ShardQuestions<Comparison>

  constructor(pair: Pair, bus: EventBus, patience?: Patience) {
    this.#pair = pair
    this.#bus = bus
    this.#comparisons = new ShardQuestions((shard) => compareShards(pair, (each) => each === shard), patience)
    this.#uncompared = this.#allShards()
  }

  /**
   * Before each claim; answers which shards must not be claimed for. Those that are not to be asked, those that have not
   * answered yet, and those that do not answer, stay so: `away` has the last. Throws DATABASE_UNAVAILABLE.
   */
  async beforeClaim(mayAsk: (shard: number) => boolean = () => true): Promise<{
    readonly uncompared: ReadonlySet<number>
    readonly away: Comparison['away']
  }> {
    const { db, target } = this.#pair
    const identity = await serverIdentity(db)
    if (mayBeAnother(this.#identity, identity)) {
      this.#uncompared = this.#allShards()
      // what was asked before is compared with the database before
      this.#comparisons.forget()
    }
    this.#identity = identity
    const asked = [...this.#uncompared].filter(mayAsk)
    if (asked.length === 0) return { uncompared: this.#uncompared, away: new Map() }
    const answers = await Promise.all(
      asked.map(async (shard) => ({ shard, answer: await this.#comparisons.answer(shard) })),
    )
    const heard = answers.flatMap(({ shard, answer }) => (answer === 'waits' ? [] : [{ shard, ...answer }]))
    const findings = heard.flatMap((each) => each.findings)
    if (findings.length > 0) {
      const fresh = await db.transaction((tx) => recordFindings(tx, target.name, findings))
      tellFindings(this.#bus, target.name, fresh)
    }
    for (const { shard, away } of heard) if (!away.has(shard)) this.#uncompared.delete(shard)
    return { uncompared: this.#uncompared, away: new Map(heard.flatMap(({ away }) => [...away])) }
  }

  #allShards(): Set<number> {
    return new Set(shardNumbers(this.#pair.target.shards))
  }
}

/** The alarm, once for each finding. */
export function tellFindings(bus: EventBus, target: string, findings: readonly Finding[]): void {
  for (const { kind, shard, reason } of findings) bus.emit(`shard.${kind}`, { target, shard, reason })
}
