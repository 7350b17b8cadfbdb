import { performance } from 'node:perf_hooks'

/** A server that asks for less without saying for how long rests so long, and twice as long each further time. Milliseconds. */
const firstRestMs = 1_000
const mostRestMs = 30_000

/** What a request to a node showed. */
export interface Heard {
  /** False = it did not answer; null = it was asked nothing. */
  readonly answered: boolean | null
  /** Set when it asks for less: not again before so many milliseconds, 0 = it does not say. */
  readonly retryAfterMs?: number | undefined
}

/**
 * Requests at a time to each node of a target: two keep an engine at work that would wait for us half the time with one,
 * and more gain nothing. A caller waits while all connections are in use. A node whose last request got no answer gets one
 * request at a time, so that `breaker.failures` requests are enough to find it dead; one that asked for less is left alone
 * for a while.
 */
export class Connections {
  readonly #most: number
  readonly #stop: AbortSignal
  readonly #nodes = new Map<string, Node>()

  /** `stop`: who waits when it aborts need not wait for the end of a rest. */
  constructor(most: number, stop: AbortSignal) {
    this.#most = most
    this.#stop = stop
    stop.addEventListener('abort', () => {
      for (const node of this.#nodes.values()) this.#serve(node)
    })
  }

  /** Runs `work` with a connection to the node; it returns what it heard of it, beside what it is for. */
  async use<T extends Heard>(name: string, work: () => Promise<T>): Promise<T> {
    const node = this.#node(name)
    if (!this.#mayUse(node)) await new Promise<void>((turn) => node.waiting.push(turn))
    else node.inUse++
    try {
      const heard = await work()
      this.#hear(node, heard)
      return heard
    } finally {
      node.inUse--
      this.#serve(node)
    }
  }

  /** Whether what is sent to it now need not wait. */
  isFree(name: string): boolean {
    return this.#mayUse(this.#node(name))
  }

  /** Whether it rests, or somebody waits for it: what is assembled for it now would only lie in memory. */
  isBusy(name: string): boolean {
    return this.#node(name).waiting.length > 0 || this.isResting(name)
  }

  isResting(name: string): boolean {
    return performance.now() < this.#node(name).restsUntil
  }

  /** Whether its last request got no answer. */
  isSilent(name: string): boolean {
    return !this.#node(name).answered
  }

  #hear(node: Node, { answered, retryAfterMs }: Heard): void {
    if (answered === null) return
    node.answered = answered
    if (retryAfterMs === undefined) {
      node.restMs = firstRestMs
      return
    }
    const ms = Math.max(retryAfterMs, node.restMs) * (1 + Math.random() / 4)
    node.restMs = Math.min(node.restMs * 2, mostRestMs)
    node.restsUntil = Math.max(node.restsUntil, performance.now() + ms)
    this.#serveAfterRest(node)
  }

  /** A timer may ring up to a millisecond before its time: nobody else would wake who waits. */
  #serveAfterRest(node: Node): void {
    const ms = node.restsUntil - performance.now()
    if (ms > 0) setTimeout(() => this.#serveAfterRest(node), ms).unref()
    else this.#serve(node)
  }

  #serve(node: Node): void {
    while (node.waiting.length > 0 && this.#mayUse(node)) {
      node.inUse++
      node.waiting.shift()?.()
    }
  }

  #mayUse({ inUse, answered, restsUntil }: Node): boolean {
    return inUse < (answered ? this.#most : 1) && (this.#stop.aborted || performance.now() >= restsUntil)
  }

  #node(name: string): Node {
    const known = this.#nodes.get(name)
    if (known !== undefined) return known
    const node: Node = { inUse: 0, answered: true, restMs: firstRestMs, restsUntil: 0, waiting: [] }
    this.#nodes.set(name, node)
    return node
  }
}

interface Node {
  inUse: number
  answered: boolean
  /** How long the next rest is at least. */
  restMs: number
  /** By the clock of the process. */
  restsUntil: number
  readonly waiting: (() => void)[]
}
