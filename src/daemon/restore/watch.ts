import type { EventBus } from '../../events/bus.ts'
import { mayBeAnother, type ServerIdentity, serverIdentity } from '../../state/restore/server-identity.ts'
import { compareShards, type Finding, recordFindings } from './compare-shards.ts'
import type { Pair } from './differences.ts'

/**
 * Keeps a process from claiming on a database it has not compared with the engine: claims of a database that was set back
 * would give new items a second shard. At its start, and whenever another server may be answering.
 */
export class RestoreWatch {
  readonly #pair: Pair
  readonly #bus: EventBus
  #compared: ServerIdentity | null = null

  constructor(pair: Pair, bus: EventBus) {
    this.#pair = pair
    this.#bus = bus
  }

  /** Before each claim. Throws ENGINE_UNAVAILABLE, DATABASE_UNAVAILABLE. */
  async beforeClaim(): Promise<void> {
    const { db, target } = this.#pair
    const identity = await serverIdentity(db)
    if (mayBeAnother(this.#compared, identity)) {
      const findings = await compareShards(this.#pair)
      const fresh = await db.transaction((tx) => recordFindings(tx, target.name, findings))
      tellFindings(this.#bus, target.name, fresh)
    }
    this.#compared = identity
  }
}

/** The alarm, once for each finding. */
export function tellFindings(bus: EventBus, target: string, findings: readonly Finding[]): void {
  for (const { kind, shard, reason } of findings) bus.emit(`shard.${kind}`, { target, shard, reason })
}
