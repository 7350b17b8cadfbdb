import type { CatalogueRecord } from '../../sources/source.ts'
import { cleanValue, unreadable, valuesOf } from './catalogue-values.ts'

/** What a catalogue record says of one of its items. */
export interface ItemEntry {
  /** Enumeration and chronology, e.g. `v. 3 1864`. */
  readonly enumcron: string | null
  /** Publication date of the volume, digits. */
  readonly publishDate: string | null
}

/**
 * The item's own entry in ht_id_display (`htid|date|enumcron|pubdate|…`) and ht_json, found by id: the entries are in
 * no fixed order, and their number differs. An empty string is absent. Throws RECORD_UNREADABLE.
 */
export function itemEntry(record: CatalogueRecord, htid: string): ItemEntry {
  const columns = displayColumns(record, htid)
  const json = jsonEntries(record).get(htid.toLowerCase()) ?? {}
  const enumcron = columns[2]?.trim() || textOf(json.enumcron)
  const date = columns[3]?.trim() || textOf(json.enum_pubdate)
  return { enumcron: enumcron || null, publishDate: /^\d+$/.test(date) ? date : null }
}

function displayColumns(record: CatalogueRecord, htid: string): string[] {
  const prefix = `${htid.toLowerCase()}|`
  const entry = valuesOf(record, 'ht_id_display').find((each) => each.toLowerCase().startsWith(prefix))
  return entry?.split('|') ?? []
}

// A record has up to 1,000 items and is shared by all of them in a batch: its JSON is parsed once.
const parsed = new WeakMap<CatalogueRecord, Map<string, Record<string, unknown>>>()

function jsonEntries(record: CatalogueRecord): Map<string, Record<string, unknown>> {
  const known = parsed.get(record)
  if (known !== undefined) return known
  const entries = new Map<string, Record<string, unknown>>()
  for (const entry of parseJson(record)) {
    if (typeof entry?.htid === 'string') entries.set(entry.htid.toLowerCase(), entry)
  }
  parsed.set(record, entries)
  return entries
}

function parseJson(record: CatalogueRecord): Record<string, unknown>[] {
  const [text] = valuesOf(record, 'ht_json')
  if (text === undefined) return []
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw unreadable(record, 'ht_json', 'is not JSON', error)
  }
  if (!Array.isArray(value)) throw unreadable(record, 'ht_json', 'is not a JSON array')
  return value
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? cleanValue(String(value)) : ''
}
