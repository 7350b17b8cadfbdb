import { hash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { itemSources } from './item-source.ts'
import { itemEntries } from './record-items.ts'
import type { CatalogueRecord } from './source.ts'

/** Fields that speak of all items of the record; of these only the item's own entry counts. */
const perItem = new Set(['id', 'ht_id', 'ht_json', 'ht_id_display', 'htsource', 'fullrecord'])

/**
 * The part of a record that reaches the document of one item, as canonical text: equal when nothing that matters to
 * this item changed. Taken are the `recordFields`, of `fullrecord` the fields with a numeric tag above 99 and of its
 * 974s the item's own, of the item's own entries of `ht_json` and `ht_id_display` enumeration, publication date and
 * last update, and its own source. So a new volume of a
 * record with 900 items changes one share, not 900, and a new time stamp in MARC 005 none. The order of keys does not
 * matter.
 *
 * The common part is computed once per record: ask the returned function for each item.
 */
export function itemShares(record: CatalogueRecord, recordFields: readonly string[]): (htid: string) => string {
  const entries = itemEntries(record)
  const common = recordFields.filter((field) => !perItem.has(field) && record[field] !== undefined)
  const marc = recordFields.includes('fullrecord') ? marcShares(record.fullrecord) : null
  const source = recordFields.includes('htsource') ? itemSources(record, entries) : null
  const whole = canonicalJson([Object.fromEntries(common.map((field) => [field, record[field]])), marc?.common ?? null])
  const digest = hash('sha256', whole)
  return (htid) => {
    const key = htid.toLowerCase()
    const own = {
      record: digest,
      marc: marc?.items.get(key),
      json: pick(entries.json.get(key)),
      display: entries.display.get(key)?.slice(1, 5),
      source: source?.(htid) ?? undefined,
    }
    return canonicalJson(own)
  }
}

/** What of the item's entry of ht_json reaches its document beside its source, and when it was last put into the repository. */
function pick(entry: Readonly<Record<string, unknown>> | undefined) {
  if (entry === undefined) return undefined
  const { enumcron, enum_pubdate, enum_pubdate_range, ingest } = entry
  return { enumcron, enum_pubdate, enum_pubdate_range, ingest }
}

interface MarcShares {
  readonly common: string
  readonly items: ReadonlyMap<string, string>
}

// Comparing needs no parser: the fields are cut out as text. What is not whole MARCXML is taken as it is.
function marcShares(fullrecord: unknown): MarcShares {
  const xml = typeof fullrecord === 'string' ? fullrecord : canonicalJson(fullrecord ?? null)
  const fields = dataFields(xml)
  if (fields.length === 0) return { common: xml, items: new Map() }
  const common: string[] = []
  const items = new Map<string, string>()
  for (const { text, tag } of fields) {
    const item = tag === '974' ? itemOf974(text) : null
    if (item !== null) items.set(item, text)
    else if (/^\d{3}$/.test(tag) && Number(tag) > 99) common.push(text)
  }
  return { common: common.join('\n'), items }
}

/**
 * The data fields of MARCXML as they stand there, from tag to tag; none when one of them does not end. Goes forward only:
 * a pattern of whole fields goes from each beginning to the end of a text that has no ends, which takes hours.
 */
function dataFields(xml: string): { text: string; tag: string }[] {
  const fields: { text: string; tag: string }[] = []
  const beginning = /<((?:\w+:)?datafield)\b/g
  for (let found = beginning.exec(xml); found !== null; found = beginning.exec(xml)) {
    const opened = xml.indexOf('>', beginning.lastIndex)
    if (opened < 0) return []
    const tag = /\btag=["']([^"']*)["']/.exec(xml.slice(beginning.lastIndex, opened))?.[1]
    beginning.lastIndex = opened
    if (tag === undefined) continue
    const closing = xml.indexOf(`</${found[1]}`, opened)
    const closed = closing < 0 ? -1 : xml.indexOf('>', closing)
    if (closed < 0) return []
    fields.push({ text: xml.slice(found.index, closed + 1), tag })
    beginning.lastIndex = closed
  }
  return fields
}

function itemOf974(field: string): string | null {
  const subfield = /\bcode=["']u["']/.exec(field)
  const opened = subfield === null ? -1 : field.indexOf('>', subfield.index)
  const match = opened < 0 ? null : /^[^<]*(?=<)/.exec(field.slice(opened + 1))
  return match === null ? null : match[0].trim().replaceAll('&amp;', '&').toLowerCase()
}
