import { collectionNames } from './marc/collection-names.ts'
import { type ItemEntries, itemIdsOf } from './record-items.ts'
import type { CatalogueRecord } from './source.ts'

/** What the catalogue calls the source of a volume whose collection it has no name for. */
const unknown = 'Unknown'

/**
 * Where the volume of an item comes from: the name of its own collection. `htsource` of a record has a name for each
 * collection, in the order of its items, so the name of an item is not at the place of the item. Where it has more names or
 * fewer, those of HathiTrust's collections are taken. Null for an item without a collection, unless the record has one
 * source.
 */
export function itemSources(record: CatalogueRecord, entries: ItemEntries): (htid: string) => string | null {
  const codeOf = (htid: string) => {
    const code = entries.json.get(htid.toLowerCase())?.collection_code
    return typeof code === 'string' && code !== '' ? code.toLowerCase() : null
  }
  const names = listOf(record.htsource).filter((name) => typeof name === 'string')
  const codes = [...new Set(itemIdsOf(record, entries).map(codeOf))]
  const own = new Map(codes.length === names.length ? codes.map((code, at) => [code, names[at]!]) : [])
  return (htid) => {
    const code = codeOf(htid)
    if (code === null) return names.length === 1 ? names[0]! : null
    return own.get(code) ?? collectionNames.get(code) ?? unknown
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
}
