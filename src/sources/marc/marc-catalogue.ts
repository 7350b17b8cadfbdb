import type { CatalogueRecord, Note } from '../source.ts'
import { authorsOf } from './authors.ts'
import { bibFields } from './extract.ts'
import { formatsOf } from './formats.ts'
import { fullRecord } from './full-record.ts'
import { identifiersOf } from './identifiers.ts'
import { imprintOf } from './imprint.ts'
import { itemsOfMarc } from './marc-items.ts'
import { controlOf, type MarcRecord } from './marc-record.ts'
import { subjectsOf } from './subjects.ts'
import { titlesOf } from './titles.ts'

/**
 * The document the catalogue has of a MARC record, as far as it reaches an index document: the same record makes the same
 * document, whether it comes from the catalogue or from a dump. What a field
 * means is MARC 21's; who holds an item is in no dump. What of the items cannot be used comes in `problems`.
 */
export function catalogueOf(marc: MarcRecord): { record: CatalogueRecord; problems: readonly Note[] } {
  const fields = bibFields(marc)
  const format = formatsOf(marc)
  const titles = titlesOf(fields, format)
  const { problems, htsource, ...items } = itemsOfMarc(marc, titles.title_display?.[0] ?? '')
  const lists = {
    format,
    ...identifiersOf(fields),
    ...authorsOf(fields),
    ...titles,
    ...subjectsOf(fields),
    ...imprintOf(marc, fields),
    htsource,
  }
  const filled = Object.entries(lists).filter(([, values]) => values.length > 0)
  const id = controlOf(marc, '001').trim()
  return { record: { id, ...Object.fromEntries(filled), ...items, fullrecord: fullRecord(marc) }, problems }
}
