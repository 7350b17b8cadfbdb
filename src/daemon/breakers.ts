import type { SlipError } from '../errors/slip-error.ts'
import { storableText } from '../errors/storable-text.ts'
import type { EventBus } from '../events/bus.ts'
import type { Connection } from '../state/connection.ts'
import {
  type Breaker,
  type BreakerKind,
  closeBreaker,
  failProbe,
  openBreaker,
  readBreakers,
  takeProbe,
} from '../state/control/breaker.ts'

/** open: work on it. probe: try it out with one batch, and tell how it went. suspended: leave it alone. */
export type Gate = 'open' | 'probe' | 'suspended'

interface Circuit {
  readonly kind: BreakerKind
  readonly name: string
  /** Failures in a row, as this process saw them. */
  failures: number
  reason: string
  /** Whether it is suspended in the tables, or will be with the next flush. */
  row: boolean
  due: boolean
  probing: boolean
  /** A probe of ours is under way, and lasts longer than a step. */
  underWay: boolean
  /** Tried or found failing by this process: --once does so once. */
  tried: boolean
  pending: 'open' | 'fail' | 'close' | null
  /** When this process last had something to say of it, in steps of its own. */
  heardAt: number
}

export interface BreakerSettings {
  /** Failures in a row that suspend. */
  readonly failures: number
  /** Milliseconds. */
  readonly probe: number
}

/**
 * What slip_breaker says, as one process sees it, and what this process has to say. Failures in a row are counted here,
 * one process for itself: each needs but a few to know, and the tables are written on change only. Inside a batch
 * failed() and succeeded() write nothing, so that they cannot fail; flush() writes when the batch is settled.
 */
export class Breakers {
  readonly #db: Connection
  readonly #bus: EventBus
  readonly #settings: BreakerSettings
  /** A person or a timer waits for the answer of `--once`: it tries what is suspended at once. */
  readonly #atOnce: boolean
  readonly #circuits = new Map<string, Circuit>()
  #flushed: Promise<void> = Promise.resolve()
  #heard = 0

  constructor(db: Connection, bus: EventBus, settings: BreakerSettings, atOnce: boolean) {
    this.#db = db
    this.#bus = bus
    this.#settings = settings
    this.#atOnce = atOnce
  }

  /** Reads the tables, before each step. */
  async refresh(): Promise<void> {
    await this.flush()
    const heard = this.#heard
    const rows = await readBreakers(this.#db, this.#settings.probe)
    const open = new Map(rows.map((row) => [keyOf(row.kind, row.name), row]))
    for (const { kind, name } of rows) this.#circuit(kind, name)
    for (const [key, circuit] of this.#circuits) this.#obey(circuit, open.get(key), heard)
  }

  #obey(circuit: Circuit, row: Breaker | undefined, heard: number): void {
    // what was heard while the tables were read is newer than they are, even if it was written already
    if (circuit.pending !== null || circuit.heardAt > heard) return
    circuit.probing = circuit.underWay && row !== undefined
    // opened by one process, closed by another or by a person: what was counted before is past
    if (row === undefined && circuit.row) circuit.failures = 0
    circuit.row = row !== undefined
    circuit.due = row?.due ?? false
    if (row !== undefined) circuit.reason = row.reason
  }

  /** Whether `gate` may say that it is to be tried out now. */
  isProbeDue(kind: BreakerKind, name: string): boolean {
    const { row, due, tried } = this.#circuit(kind, name)
    return row && (due || (this.#atOnce && !tried))
  }

  /** Whether it may be worked on in this step; of all processes that ask one is told to probe. */
  async gate(kind: BreakerKind, name: string): Promise<Gate> {
    const circuit = this.#circuit(kind, name)
    if (!circuit.row) return 'open'
    if (!this.isProbeDue(kind, name)) return 'suspended'
    const atOnce = this.#atOnce && !circuit.tried
    circuit.probing = await takeProbe(this.#db, circuit, this.#settings.probe, atOnce)
    circuit.due = false
    circuit.tried = true
    return circuit.probing ? 'probe' : 'suspended'
  }

  /** The probe it was just told to make lasts until it `is` over, or has told how it went, whatever the tables say meanwhile. */
  probeLasts(kind: BreakerKind, name: string, is: Promise<unknown>): void {
    const circuit = this.#circuit(kind, name)
    circuit.underWay = true
    const end = () => {
      circuit.underWay = false
    }
    is.then(end, end)
  }

  isSuspended(kind: BreakerKind, name: string): boolean {
    const { row, probing } = this.#circuit(kind, name)
    return row && !probing
  }

  /** `CODE: message` of what suspended it, '' when it is not. */
  reason(kind: BreakerKind, name: string): string {
    const { row, reason } = this.#circuit(kind, name)
    return row ? reason : ''
  }

  /** Names of a kind that are suspended or being probed. */
  names(kind: BreakerKind): string[] {
    return [...this.#circuits.values()]
      .filter((circuit) => circuit.kind === kind && circuit.row)
      .map(({ name }) => name)
  }

  succeeded(kind: BreakerKind, name: string): void {
    const circuit = this.#circuit(kind, name)
    circuit.failures = 0
    if (!circuit.probing) return
    circuit.row = false
    this.#hear(circuit, 'close')
  }

  failed(kind: BreakerKind, name: string, error: SlipError): void {
    const circuit = this.#circuit(kind, name)
    circuit.failures++
    if (circuit.row || circuit.failures >= this.#settings.failures) this.suspend(kind, name, error)
  }

  /** Suspends it whatever was counted. */
  suspend(kind: BreakerKind, name: string, { code, message }: SlipError): void {
    const circuit = this.#circuit(kind, name)
    if (circuit.row && !circuit.probing) return
    circuit.reason = storableText(`${code}: ${message}`)
    this.#hear(circuit, circuit.probing ? 'fail' : 'open')
    circuit.tried = true
    circuit.row = true
  }

  #hear(circuit: Circuit, pending: 'open' | 'fail' | 'close'): void {
    // while the rest of its batch is settled, this is written and read back: nothing more is tried out meanwhile
    circuit.probing = false
    circuit.underWay = false
    circuit.pending = pending
    circuit.heardAt = ++this.#heard
  }

  /** Writes what changed; one at a time, or a failed probe would be counted twice. */
  flush(): Promise<void> {
    const flushed = this.#flushed.then(() => this.#writePending())
    this.#flushed = flushed.catch(() => undefined)
    return flushed
  }

  async #writePending(): Promise<void> {
    for (const circuit of this.#circuits.values()) {
      const { pending } = circuit
      if (pending === null) continue
      await this.#write(circuit, pending)
      // what was heard meanwhile is still to be written
      if (circuit.pending === pending) circuit.pending = null
    }
  }

  async #write(circuit: Circuit, pending: 'open' | 'fail' | 'close'): Promise<void> {
    const { kind, name, reason } = circuit
    const { probe } = this.#settings
    if (pending === 'close') {
      if (await closeBreaker(this.#db, circuit)) this.#bus.emit('breaker.closed', { kind, name })
    } else if (pending === 'open') {
      if (await openBreaker(this.#db, { ...circuit, failures: Math.max(circuit.failures, 1) }, probe))
        this.#bus.emit('breaker.opened', { kind, name, reason })
    } else {
      await failProbe(this.#db, circuit, probe)
      this.#bus.emit('breaker.probe-failed', { kind, name, reason })
    }
  }

  #circuit(kind: BreakerKind, name: string): Circuit {
    const key = keyOf(kind, name)
    const known = this.#circuits.get(key)
    if (known !== undefined) return known
    const circuit: Circuit = {
      kind,
      name,
      failures: 0,
      reason: '',
      row: false,
      due: false,
      probing: false,
      underWay: false,
      tried: false,
      pending: null,
      heardAt: 0,
    }
    this.#circuits.set(key, circuit)
    return circuit
  }
}

const keyOf = (kind: BreakerKind, name: string) => `${kind}:${name}`
