import { itemSources } from '../../sources/item-source.ts'
import { dateRange } from '../../sources/marc/publish-date.ts'
import { type ItemEntries, itemEntries } from '../../sources/record-items.ts'
import type { CatalogueRecord } from '../../sources/source.ts'
import { cleanValue, unreadable } from './catalogue-values.ts'

/** What a catalogue record says of one of its items. */
export interface ItemEntry {
  /** Enumeration and chronology, e.g. `v. 3 1864`. */
  readonly enumcron: string | null
  /** Publication date of the volume, digits. */
  readonly publishDate: string | null
  /** The range that date is counted to, e.g. `1860-1869`. */
  readonly publishDateRange: string | null
  /** The institution the volume comes from. */
  readonly source: string | null
}

interface Parsed {
  readonly entries: ItemEntries
  readonly sourceOf: (htid: string) => string | null
}

// A record has up to 1,000 items and is shared by all of them in a batch: its JSON is parsed once.
const parsed = new WeakMap<CatalogueRecord, Parsed>()

/**
 * The item's own entry in ht_id_display (`htid|date|enumcron|pubdate|range|…`) and ht_json, found by id: the entries are
 * in no fixed order, and their number differs. An empty string is absent. Throws RECORD_UNREADABLE when the record is
 * damaged where the entry would be.
 */
export function itemEntry(record: CatalogueRecord, htid: string): ItemEntry {
  const { entries, sourceOf } = parsed.get(record) ?? parse(record)
  const columns = entries.display.get(htid.toLowerCase())
  const json = entries.json.get(htid.toLowerCase())
  const [problem] = entries.problems
  if (json === undefined && problem !== undefined) throw unreadable(record, 'ht_json', `cannot be used: ${problem}`)
  const date = textOf(columns?.[3]) || textOf(json?.enum_pubdate)
  const publishDate = /^\d+$/.test(date) ? date : null
  const range = textOf(columns?.[4]) || textOf(json?.enum_pubdate_range)
  return {
    enumcron: textOf(columns?.[2]) || textOf(json?.enumcron) || null,
    publishDate,
    publishDateRange: publishDate === null ? null : range || dateRange(publishDate),
    source: textOf(sourceOf(htid)) || null,
  }
}

function parse(record: CatalogueRecord): Parsed {
  const entries = itemEntries(record)
  const all = { entries, sourceOf: itemSources(record, entries) }
  parsed.set(record, all)
  return all
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? cleanValue(String(value)) : ''
}
