import { isDay } from './calendar.ts'
import { itemIdProblem, parseItemId } from './item-id.ts'
import { isTooDeep, tooDeep } from './nesting.ts'
import { attributeOf } from './rights-codes.ts'
import type { CatalogueItem, CatalogueRecord, Note } from './source.ts'

/** What ht_json and ht_id_display say of each item, by id in lower case. */
export interface ItemEntries {
  readonly json: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  /** Columns: id, last update, enumcron, publication date, range, title sort key, author sort key, display title. */
  readonly display: ReadonlyMap<string, readonly string[]>
  readonly problems: readonly string[]
}

/**
 * The items of a catalogue record, each once: ids from `ht_id`, of a record without it from `ht_json` and `ht_id_display`; the item's own date from column 1 of its
 * `ht_id_display` entry, else `ht_json.ingest` (never the record's ht_id_update, which is not aligned with the items);
 * the attribute from `ht_json.rights[0]`. A record with nothing but `id` and `ht_id` gives items without date and
 * attribute. What is wrong in the record comes in `problems`; an item with an invalid id is left out.
 */
export function itemsOf(record: CatalogueRecord): { items: CatalogueItem[]; problems: Note[] } {
  const entries = itemEntries(record)
  // an entry that cannot be read may have named an item where no ht_id does
  const part = namesByEntries(record) ? 'item' : 'detail'
  const problems = entries.problems.map((message): Note => ({ message, part }))
  const items = new Map<string, CatalogueItem>()
  for (const id of itemIdsOf(record, entries)) {
    const problem = itemIdProblem(id)
    if (problem !== null) {
      problems.push({ message: `The item id ${JSON.stringify(id.slice(0, 300))} ${problem}.`, part: 'item' })
      continue
    }
    const { htid } = parseItemId(id)
    const json = entries.json.get(htid.toLowerCase())
    const dates = [entries.display.get(htid.toLowerCase())?.[1], json?.ingest]
    const updateDate = dates.map((date) => dateOf(date, htid, problems)).find((date) => date !== null) ?? null
    items.set(htid, { htid, updateDate, attr: attrOf(json, htid, problems) })
  }
  return { items: [...items.values()], problems }
}

// A record has up to 1,000 items, each of which asks.
const named = new WeakMap<CatalogueRecord, ReadonlySet<string>>()

/** Whether the record names the item. */
export function namesItem(record: CatalogueRecord, htid: string): boolean {
  const ids = named.get(record) ?? new Set(itemIdsOf(record, itemEntries(record)).map((id) => id.toLowerCase()))
  named.set(record, ids)
  return ids.has(htid.toLowerCase())
}

/** The ids of a record's items as they are written, some of them twice. */
export function itemIdsOf(record: CatalogueRecord, { json, display }: ItemEntries): string[] {
  if (!namesByEntries(record)) return stringsOf(record.ht_id)
  return [...stringsOf([...json.values()].map(({ htid }) => htid)), ...[...display.values()].map(([id]) => id!)]
}

/** Whether its items are named by ht_json and ht_id_display, for it has no ht_id. */
const namesByEntries = ({ ht_id }: CatalogueRecord) => ht_id === undefined || ht_id === null

/** ht_json and ht_id_display of a record, parsed. */
export function itemEntries(record: CatalogueRecord): ItemEntries {
  const problems: string[] = []
  const json = new Map<string, Readonly<Record<string, unknown>>>()
  for (const entry of parsedJson(record.ht_json, problems)) {
    const { htid } = entry
    if (typeof htid === 'string') json.set(htid.toLowerCase(), entry)
    else problems.push('An entry of ht_json has no htid.')
  }
  const display = new Map<string, readonly string[]>()
  const displayed = record.ht_id_display ?? []
  if (stringsOf(displayed).length < (Array.isArray(displayed) ? displayed.length : 1))
    problems.push('ht_id_display holds what is no text.')
  for (const entry of stringsOf(displayed)) {
    const cells = entry.split('|')
    display.set(cells[0]!.toLowerCase(), cells)
  }
  return { json, display, problems }
}

function parsedJson(text: unknown, problems: string[]): Record<string, unknown>[] {
  if (text === undefined || text === null || text === '') return []
  // a Solr that guesses its schema answers a list of one
  const single: unknown = Array.isArray(text) && text.length === 1 && typeof text[0] === 'string' ? text[0] : text
  try {
    const value: unknown = typeof single === 'string' ? JSON.parse(single) : single
    if (isTooDeep(value)) {
      problems.push(`ht_json cannot be used: ${tooDeep}.`)
      return []
    }
    if (Array.isArray(value)) {
      const entries = value.filter((entry) => typeof entry === 'object' && entry !== null)
      if (entries.length < value.length) problems.push('An entry of ht_json is not an object.')
      return entries
    }
  } catch {
    // Reported below, as is JSON of another shape.
  }
  problems.push('ht_json is not a JSON array.')
  return []
}

function stringsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((entry) => typeof entry === 'string')
}

/** A date of the calendar as YYYYMMDD; null for none, which the catalogue also writes as 00000000. */
function dateOf(value: unknown, htid: string, problems: Note[]): string | null {
  if (value === undefined || value === null || value === '') return null
  const text = String(value)
  if (/^0+$/.test(text)) return null
  const match = /^(\d{4})(\d\d)(\d\d)$/.exec(text)
  if (match !== null && isDay(Number(match[1]), Number(match[2]), Number(match[3]))) return text
  const message = `The date ${JSON.stringify(text.slice(0, 40))} of ${htid} is not YYYYMMDD.`
  problems.push({ message, part: 'detail' })
  return null
}

function attrOf(json: Readonly<Record<string, unknown>> | undefined, htid: string, problems: Note[]): number | null {
  const rights = json?.rights
  const code = Array.isArray(rights) ? rights[0] : undefined
  if (code === undefined || code === null || code === '') return null
  const attr = attributeOf(String(code))
  if (attr === null) {
    const message = `The rights code ${JSON.stringify(String(code).slice(0, 40))} of ${htid} is unknown.`
    problems.push({ message, part: 'detail' })
  }
  return attr
}
