import type { AnalyzedKind } from '../../../src/shards/schema/analysis.ts'

export type Values = Readonly<Record<string, unknown>>

/** One index made of the description of the schema, asked directly. */
export interface SchemaSubject {
  /** Posts documents together and makes them visible; HTTP status and words of the first that is refused, else of all. */
  post(...documents: Values[]): Promise<{ status: number; said: string }>
  /** Ids of what a searcher finds who types `query` for `field`; every document without either. Sorted by `sort`. */
  search(asked: { field?: string; query?: string; sort?: string }): Promise<string[]>
  /** What the engine gives back of a document. */
  given(id: string): Promise<Values>
  /** The terms that a text becomes in the index. */
  terms(kind: AnalyzedKind, text: string): Promise<string[]>
  /** How the query is asked, in the words of the engine. */
  asked(field: string, query: string): Promise<string>
  /** How the engine came to the score of a hit, in its words. */
  explained(id: string, field: string, query: string): Promise<string>
}
