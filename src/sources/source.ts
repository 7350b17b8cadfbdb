/** What a source feeds to stage 1. Each reader yields these and never throws for bad content: it yields `bad`. */

/** A catalogue record in VuFind/Solr shape: JSON object with `id`, `ht_id`, `ht_id_display`, `ht_json`, `fullrecord` … */
export type CatalogueRecord = Readonly<Record<string, unknown>> & { readonly id: string }

/** What cannot be used of a record that is used all the same, as a sentence. */
export interface Note {
  readonly message: string
  /** item: the id of an item, so that not all is known that the record names; detail: something else. */
  readonly part: 'item' | 'detail'
}

/** What cannot be used: becomes an errors row, never stops the feed. */
export interface Bad {
  readonly kind: 'bad'
  readonly file: string
  /** Line of the file, from 1, where the record starts. */
  readonly line: number
  readonly message: string
  /** Of a tar, the file in it that the line is of. */
  readonly member?: string
  /** The source text, cut at 4,000 characters. */
  readonly text: string
  /** Of a record that is used all the same, or is gone; not there when nothing of the line or record can be used. */
  readonly part?: Note['part']
}

/** A record that is gone from the catalogue. */
export interface Deletion {
  readonly kind: 'delete'
  readonly recordId: string
  readonly line: number
  /**
   * The name that OAI-PMH has for it, when nothing else was told: the id is the last part of it, and counts only where
   * the source has a record of that id.
   */
  readonly identifier?: string
  readonly member?: string
}

export type RecordEvent =
  | { readonly kind: 'record'; readonly record: CatalogueRecord; readonly line: number; readonly member?: string }
  | Deletion
  | Bad

/** One row of a hathifile: rights of an item, and the record it belongs to. */
export interface RightsRow {
  readonly kind: 'rights'
  readonly line: number
  readonly htid: string
  /** Numeric attribute of rights_current, e.g. 1 pd, 2 ic, 8 nobody, 9 pdus. */
  readonly attr: number
  /** Reason code, e.g. bib, ncn; null when empty. */
  readonly reason: string | null
  /** Digitization source code, e.g. google; null when empty. */
  readonly source: string | null
  /** Access profile, e.g. open, google; null when empty. */
  readonly accessProfile: string | null
  /** rights_timestamp as written, `YYYY-MM-DD hh:mm:ss`; null when empty. */
  readonly rightsTime: string | null
  /** ht_bib_key, the catalogue record; null when empty. */
  readonly recordId: string | null
}

export type RightsEvent = RightsRow | Bad

/** One item as a catalogue record describes it. */
export interface CatalogueItem {
  readonly htid: string
  /** The item's own date in the catalogue, YYYYMMDD; null when the record gives none. */
  readonly updateDate: string | null
  /** Rights attribute from ht_json; null when the record gives none. */
  readonly attr: number | null
}
