import { type ItemEntries, itemEntries } from '../../sources/record-items.ts'
import type { CatalogueRecord } from '../../sources/source.ts'
import { cleanValue, unreadable } from './catalogue-values.ts'

/** What a catalogue record says of one of its items. */
export interface ItemEntry {
  /** Enumeration and chronology, e.g. `v. 3 1864`. */
  readonly enumcron: string | null
  /** Publication date of the volume, digits. */
  readonly publishDate: string | null
}

// A record has up to 1,000 items and is shared by all of them in a batch: its JSON is parsed once.
const parsed = new WeakMap<CatalogueRecord, ItemEntries>()

/**
 * The item's own entry in ht_id_display (`htid|date|enumcron|pubdate|…`) and ht_json, found by id: the entries are in
 * no fixed order, and their number differs. An empty string is absent. Throws RECORD_UNREADABLE when the record is
 * damaged where the entry would be.
 */
export function itemEntry(record: CatalogueRecord, htid: string): ItemEntry {
  const entries = parsed.get(record) ?? itemEntries(record)
  parsed.set(record, entries)
  const columns = entries.display.get(htid.toLowerCase())
  const json = entries.json.get(htid.toLowerCase())
  const [problem] = entries.problems
  if (json === undefined && problem !== undefined) throw unreadable(record, 'ht_json', `cannot be used: ${problem}`)
  const date = textOf(columns?.[3]) || textOf(json?.enum_pubdate)
  return {
    enumcron: textOf(columns?.[2]) || textOf(json?.enumcron) || null,
    publishDate: /^\d+$/.test(date) ? date : null,
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? cleanValue(String(value)) : ''
}
