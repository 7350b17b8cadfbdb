import type { Note } from '../source.ts'
import { collectionNames } from './collection-names.ts'
import { fieldsOf, type MarcField, type MarcRecord, subfieldOf } from './marc-record.ts'
import { dateRange } from './publish-date.ts'

/** What the catalogue's fields of items hold, made of the 974 fields of a record, one for each item. */
export interface MarcItems {
  readonly ht_id: readonly string[]
  readonly ht_id_display: readonly string[]
  /** JSON text. */
  readonly ht_json: string
  /** The institutions that the volumes come from, in the order of the items, each collection once. */
  readonly htsource: readonly string[]
  readonly problems: readonly Note[]
}

/**
 * Items by their 974: id u, date of last change d, enumeration and chronology z, publication date y, rights r, collection
 * c, digitization source s. Ids are kept as written: the folder of an item is named after it.
 */
export function itemsOfMarc(marc: MarcRecord, title: string): MarcItems {
  const problems: Note[] = []
  const items = fieldsOf(marc, '974').flatMap((field) => {
    const htid = subfieldOf(field, 'u')
    if (htid !== null) return [{ htid, field, year: yearOf(field, htid, problems) }]
    problems.push({ message: 'A 974 field names no item: it has no subfield u.', part: 'item' })
    return []
  })
  const collections = new Set(items.map(({ htid, field }) => collectionOf(htid, field)))
  return {
    ht_id: items.map(({ htid }) => htid),
    ht_id_display: items.map(({ htid, field, year }) => displayOf(htid, field, year, title)),
    ht_json: JSON.stringify(items.map(({ htid, field, year }) => jsonOf(htid, field, year))),
    htsource: [...collections].flatMap((code) => collectionNames.get(code) ?? []),
    problems,
  }
}

/** Columns are parted by `|`, so it cannot stand in them. */
function displayOf(htid: string, field: MarcField, year: string | null, title: string): string {
  const enumcron = subfieldOf(field, 'z') ?? ''
  const name = [title, enumcron].filter((part) => part !== '').join(', ')
  const range = year === null ? '' : (dateRange(year) ?? '')
  return [htid, dateOf(field), enumcron, year ?? '', range, '', '', name]
    .map((column) => column.replaceAll('|', '/'))
    .join('|')
}

function jsonOf(htid: string, field: MarcField, year: string | null): Record<string, unknown> {
  const enumcron = subfieldOf(field, 'z')
  const source = subfieldOf(field, 's')
  return {
    htid,
    newly_open: null,
    ingest: dateOf(field),
    rights: [subfieldOf(field, 'r'), null],
    collection_code: collectionOf(htid, field),
    ...(enumcron === null ? {} : { enumcron }),
    ...(year === null ? {} : { enum_pubdate: year, enum_pubdate_range: dateRange(year) }),
    ...(source === null ? {} : { dig_source: source.toLowerCase() }),
  }
}

function collectionOf(htid: string, field: MarcField): string {
  return (subfieldOf(field, 'c') ?? htid.split('.')[0]!).toLowerCase()
}

/** The catalogue's way to write that there is none. */
function dateOf(field: MarcField): string {
  return subfieldOf(field, 'd') ?? '00000000'
}

function yearOf(field: MarcField, htid: string, problems: Note[]): string | null {
  const text = subfieldOf(field, 'y')?.trim() ?? ''
  if (!/\d/.test(text)) return null
  const year = /^\d+/.exec(text)?.[0]
  if (year !== undefined) return year.padStart(4, '0')
  const message = `The publication date ${JSON.stringify(text.slice(0, 40))} of ${htid} does not begin with digits.`
  problems.push({ message, part: 'detail' })
  return null
}
