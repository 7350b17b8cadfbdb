import type { Engine, IndexDocument } from '../../../src/shards/engine.ts'
import type { UsedEngine } from './used-engine.ts'

export interface EngineUnderTest {
  /** Another connection to one and the same index, which is empty at first. */
  open(): Promise<{ engine: Engine; close(): Promise<void> }>
  /** A document this engine refuses for its content. */
  refused(id: string, fence: number): IndexDocument
  /** In what it is not as the embedded engine: held to, as the rules are. docs/schema.md tells them to people. */
  readonly differences: readonly Difference[]
  /** Where it finds otherwise than the schema says. */
  readonly otherwise?: OtherAnswers
}

export type Difference =
  /** A phrase goes on from one page to the next: a document has one text. */
  | 'phrases across pages'
  /** Kana are the same with and without their sound marks. */
  | 'voiced kana'
  /** A Korean word is found only as it stands, its particles included. */
  | 'Korean particles'
  /** A Greek letter with iota subscript is two letters. */
  | 'iota subscript'
  /** It tells how much the disk of a shard has free. */
  | 'free disk'

/** Queries of a search case that an engine answers otherwise than the schema says, by its rule. */
export type OtherAnswers = Readonly<Record<string, readonly string[]>>

/** What the rules work with; `engine` and `other` are two connections to the same index. */
export interface Subject {
  readonly engine: UsedEngine
  readonly other: UsedEngine
  /** `engine` without the commits after each write. */
  readonly uncommitted: Engine
  readonly refused: (id: string, fence: number) => IndexDocument
}

/** Shards of the index the rules run in; from the third on each belongs to the rules named. */
export const shards = { one: 1, two: 2, counted: 3, marked: 4, highest: 5, committed: 6, purged: 7 }
