import type { Engine } from '../../../src/shards/engine.ts'
import type { HeldConnection } from '../gate.ts'

/** Engines that chaos can be run against. */
export const chaosEngines = ['embedded', 'solr', 'solrcloud', 'opensearch2', 'opensearch3'] as const
export type ChaosEngine = (typeof chaosEngines)[number]

/** Between one daemon and the index. */
export interface IndexGate {
  /** Of the index, through this gate. */
  readonly urls: readonly string[]
  /** The next write breaks its connection: before it arrives, or after it was carried out, unheard. `stop` gives up waiting: false. */
  cutAtWrite(when: 'before' | 'after', stop: AbortSignal): Promise<boolean>
  /** Keeps back the next write. `stop` gives up waiting: null. */
  holdWrite(stop: AbortSignal): Promise<HeldConnection | null>
  /** Answers of the index turn bad until that is ended, which tells how many did; null = it speaks no HTTP. */
  readonly spoil: ((how: SpoiledAnswer) => () => number) | null
  close(): unknown
}

export const spoiledAnswers = ['429', '429 with Retry-After', '503', 'a page', 'half of it', 'cut within'] as const
export type SpoiledAnswer = (typeof spoiledAnswers)[number]

/** The index of a run, with a server of its own. */
export interface ChaosIndex {
  /** What the configuration says of the target, but where it is. */
  readonly target: Readonly<Record<string, unknown>>
  /** Past all gates. */
  readonly urls: readonly string[]
  /** @param delayMs how much later an answer comes, as over a network */
  openGate(delayMs: number): Promise<IndexGate>
  /** kill -9 of the server; of a cluster of one node after the other. */
  kill(): Promise<void>
  /** Starts what was killed. */
  start(): Promise<void>
  /** All that a shard holds is gone, its durability marker too. */
  empty(shard: number, engine: Engine): Promise<void>
  /** Its directory as it is now, and how to put that back; null = of this one no such copy is one. */
  readonly copy: (() => Promise<() => Promise<void>>) | null
  close(): Promise<void>
}
