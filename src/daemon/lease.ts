import { performance } from 'node:perf_hooks'
import { asSlipError } from '../errors/slip-error.ts'
import type { EventBus } from '../events/bus.ts'
import type { Connection } from '../state/connection.ts'
import { renew } from '../state/queue/renew.ts'

interface Lease {
  readonly items: number
  readonly leaseMs: number
  /** Until when, by the monotonic clock of this process, the lease surely holds. */
  until: number
  lost: boolean
}

/**
 * Renews the leases of this process every third of a lease, beside whatever the loop does. A lease that another took, or
 * that could not be renewed in its time, is lost: its items are no longer ours and nothing more is written for them.
 */
export class LeaseKeeper {
  readonly #db: Connection
  readonly #bus: EventBus
  readonly #leases = new Map<string, Lease>()
  #timer: NodeJS.Timeout | undefined
  #everyMs = 0
  #renewing: Promise<void> | undefined

  constructor(db: Connection, bus: EventBus) {
    this.#db = db
    this.#bus = bus
  }

  /** `startedAt`: performance.now() before the claim was sent. */
  hold(token: string, items: number, leaseMs: number, startedAt: number): void {
    this.#leases.set(token, { items, leaseMs, until: startedAt + leaseMs, lost: false })
    const shortest = Math.min(...[...this.#leases.values()].map((lease) => lease.leaseMs))
    // begun anew with each claim, it would never come to its end while claims come quickly
    if (this.#timer !== undefined && this.#everyMs <= shortest / 3) return
    clearInterval(this.#timer)
    this.#everyMs = shortest / 3
    this.#timer = setInterval(() => this.#tick(), this.#everyMs)
  }

  isLost(token: string): boolean {
    const lease = this.#leases.get(token)
    return lease === undefined || lease.lost || performance.now() > lease.until
  }

  drop(token: string): void {
    this.#leases.delete(token)
    if (this.#leases.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#renewing
  }

  #tick(): void {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
  }

  async #renew(): Promise<void> {
    const startedAt = performance.now()
    const tokens = [...this.#leases].filter(([, lease]) => !lease.lost).map(([token]) => token)
    // no answer is no loss yet: the lease runs on until its time is over
    const held = await renew(this.#db, tokens).catch((thrown: unknown) => this.#unheard(thrown))
    for (const token of tokens) {
      const lease = this.#leases.get(token)
      if (lease === undefined) continue
      if (held?.has(token)) lease.until = startedAt + lease.leaseMs
      else if (held !== null || performance.now() > lease.until) this.#lose(token, lease)
    }
  }

  #unheard(thrown: unknown): null {
    const { class: kind, code, message } = asSlipError(thrown)
    if (kind !== 'environment')
      this.#bus.emit('daemon.warning', { message: `a lease is not renewed: ${code}: ${message}` })
    return null
  }

  #lose(token: string, lease: Lease): void {
    lease.lost = true
    this.#bus.emit('lease.lost', { token, items: lease.items })
  }
}
