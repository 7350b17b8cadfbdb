/**
 * The engine contract: all that the rest of SLIP knows of an index. One conformance suite (test/conformance/engine)
 * runs whole against every engine. Nothing outside src/shards knows which engine it talks to.
 */

import type { LiveSchema } from './schema/difference.ts'
import type { Scope } from './search/scope.ts'
import type { OnShard } from './snapshot.ts'

/** A document as assembled by src/indexer/assemble, ready to post. */
export interface IndexDocument {
  readonly id: string
  /** Decides which of two writes wins: the highest. A 53-bit integer. */
  readonly fence: number
  readonly rev: number
  /** Content digest, 32 lower-case hexadecimal characters. */
  readonly digest: string
  /**
   * Its content as UTF-8 JSON, field `ocr` included, without the end of it: `json` and `provenance` together are the whole
   * document, as Solr and OpenSearch are sent it. Documents that differ in their provenance only share their content.
   */
  readonly json: Buffer
  /** The rest of it, from the comma to the brace: rev, fence, digest, and who made it. */
  readonly provenance: Buffer
  /** Where each page's text lies in `json`: a JSON-escaped slice of the ocr string, in reading sequence. */
  readonly pages: readonly PageSlice[]
}

export interface PageSlice {
  /** ORDER of the page in METS, from 1. */
  readonly order: number
  /** Printed page number (ORDERLABEL); null where METS gives none. */
  readonly label: string | null
  /** Byte offset and length in IndexDocument.json; length 0 = empty page. */
  readonly offset: number
  readonly length: number
}

export interface Removal {
  readonly id: string
  readonly fence: number
  readonly rev: number
}

/** What the engine did with one document or removal. */
export type Outcome =
  | { readonly kind: 'done' }
  /** The engine holds a higher fence. */
  | { readonly kind: 'stale'; readonly fence: number }
  | { readonly kind: 'rejected'; readonly message: string }
  /** Larger than the server ever takes one, which is about so many bytes. */
  | { readonly kind: 'tooLarge'; readonly most: number }
  | Unavailable

/** Not done, or nobody knows; without fault of the item, as far as that can be told. */
export interface Unavailable {
  readonly kind: 'unavailable'
  readonly message: string
  /** Set where the server asks for less: not again before so many milliseconds, 300,000 at most; 0 = it does not say how many. */
  readonly retryAfterMs?: number
  /**
   * Set where the document was sent, and the request broke without an answer for each: what it may have done is not known,
   * nor whether one of its documents is what broke it.
   */
  readonly unanswered?: true
}

/** What an engine holds of one item: provenance, not content. */
export interface Held {
  readonly id: string
  readonly rev: number
  readonly fence: number
  readonly digest: string
}

/** The highest fence of a shard and whose it is. */
export interface HighestFence {
  readonly id: string
  readonly fence: number
}

export interface SearchHit {
  readonly id: string
  readonly shard: number
  readonly score: number
  readonly title: string | null
  readonly author: string | null
  readonly publishDate: string | null
  /** The best pages of the item, best first; empty when only catalogue text matched. */
  readonly pages: readonly PageHit[]
}

export interface PageHit {
  readonly order: number
  readonly label: string | null
  /** Plain text around the matches, each match between `<em>` and `</em>`; nothing else is marked up or escaped. */
  readonly snippet: string
}

export interface SearchAnswer {
  /** Number of items that match, over all shards. */
  readonly total: number
  readonly hits: readonly SearchHit[]
}

export interface SearchOptions extends Scope {
  /** Items of the answer; clamped to 1 … 1,000. */
  readonly limit: number
  /** Clamped to 0 … 100. */
  readonly pagesPerHit: number
  /**
   * The pages of an item as they were indexed, for an engine that keeps no text; asked for hits only, and for none whose
   * pages are not wanted. What it throws, the search throws.
   */
  readonly pagesOf: (id: string) => Promise<readonly PageText[]>
}

/** A page as it was indexed. */
export interface PageText {
  readonly order: number
  readonly label: string | null
  readonly text: string
}

/** How large a shard is. */
export interface ShardSize {
  /** Live items, as far as they are visible. */
  readonly documents: number
  /** Bytes on disk, of one copy, with what only deletes left behind; null where the engine does not tell. */
  readonly bytes: number | null
  /** Bytes free on the disk that holds it, of its copies the least; null where the engine does not tell. */
  readonly diskFree: number | null
}

/** How far a commit goes. */
export type Reach = 'visible' | 'durable'

/** Items of one answer of a scan, whatever its limit: who asks for more cannot tell the end from an answer cut short. */
export const mostScanned = 10_000

/** Tombstones that one call removes; of Solr more where many have one fence. */
export const mostPurged = 1_000

export interface Engine {
  /** Makes what is missing of the index for shards 1…N; idempotent. */
  create(shards: number): Promise<void>
  /**
   * Writes documents to one shard; an outcome for each, in order. A document is written when the engine holds a lower
   * or the same fence for its id, else `stale`. Never throws for what a document or the server does. `tooLarge` is told
   * when the server refused a request of several for its size, and they went by themselves.
   */
  post(shard: number, documents: readonly IndexDocument[], tooLarge?: () => void): Promise<Outcome[]>
  /** Removes items from one shard under the same rule; the fence of a removal is remembered (tombstone). */
  remove(shard: number, removals: readonly Removal[]): Promise<Outcome[]>
  /**
   * Forgets removals with a fence below `before`, those with the lowest first, and tells how many; fewer than `mostPurged` =
   * there are no more. The highest fence of the shard stays what it is.
   */
  purgeTombstones(shard: number, before: number): Promise<number>
  /** What one shard holds of these ids; absent ids are left out, tombstones are not returned. */
  get(shard: number, ids: readonly string[]): Promise<Held[]>
  /** Live items of a shard in ascending byte order of id, after `after` ('' = from the start), at most `limit` and `mostScanned`. */
  scan(shard: number, after: string, limit: number): Promise<Held[]>
  /** The highest fence a shard holds, tombstones included; null when it holds nothing at all. */
  highestFence(shard: number): Promise<HighestFence | null>
  /**
   * The durability marker of a shard, kept where its documents are, so that what sets these back sets it back too; null
   * when there is none. Microseconds since 1970.
   */
  marker(shard: number): Promise<number | null>
  /**
   * Replaces the marker `from` by `to`; resolves when it is on disk, and with it all that was written before. False when
   * the marker is not `from`: the shard was set back meanwhile, or another process was first.
   */
  mark(shard: number, from: number | null, to: number): Promise<boolean>
  /** Number of live items in a shard. */
  count(shard: number): Promise<number>
  /** How large a shard is; the bytes may be some seconds old. */
  size(shard: number): Promise<ShardSize>
  /**
   * Resolves when search, scan and count see all that was reported done before, and with `durable` when it is on disk as
   * well. Until then an engine may show the shard as it was; `get` and what a write is decided by never do.
   */
  commit(shard: number, reach: Reach): Promise<void>
  /**
   * Finds items by what a person typed: words (all of them), "phrases in quotation marks", and -words or -"phrases"
   * that must not occur in the item. Case, accents and vowel points do not count; in scripts written without blanks
   * (Chinese, Japanese …) every run of letters is a phrase. Catalogue text is searched too, unless `field` names where
   * to look. Any text is a query; one without a word finds nothing, and with filters all that they let through.
   */
  search(query: string, options: SearchOptions): Promise<SearchAnswer>
  /** Names the server that a shard is on, as far as it is known: what is sent to one shares its connections. */
  nodeOf(shard: number): string
  /**
   * Compares the index of a shard as it is with the schema of this release, and has it analyse texts whose terms the
   * schema says. Rejects with ENGINE_UNAVAILABLE where there is none.
   */
  checkSchema(shard: number): Promise<LiveSchema>
  /**
   * Keeps shards 1…N as they are, under a name, by the engine's own means. Rejects with SNAPSHOT_FAILED in the engine's
   * words, with SNAPSHOT_UNSUPPORTED where it has no such means.
   */
  snapshot(name: string, shards: number, onShard: OnShard): Promise<void>
  /**
   * Sets shards 1…N back to a snapshot: documents, tombstones and markers. Nothing may be written to them meanwhile. Rejects
   * as `snapshot` does; what `onShard` was called for is set back all the same.
   */
  restore(name: string, shards: number, onShard: OnShard): Promise<void>
  /**
   * Bytes of the longest document its servers take, as they say it themselves; null = they say nothing. Rejects with
   * ENGINE_UNAVAILABLE.
   */
  longestDocument(): Promise<number | null>
  /** Resolves when the engine answers; rejects with ENGINE_UNAVAILABLE. */
  health(): Promise<void>
  close(): Promise<void>
}
