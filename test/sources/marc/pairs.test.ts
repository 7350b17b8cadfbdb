import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { documentFields } from '../../../src/indexer/assemble/document.ts'
import { itemEntry } from '../../../src/indexer/assemble/item-entry.ts'
import { itemShares } from '../../../src/sources/item-share.ts'
import { catalogueOf } from '../../../src/sources/marc/marc-catalogue.ts'
import { marcOfJson } from '../../../src/sources/marc/marc-json.ts'
import type { MarcRecord } from '../../../src/sources/marc/marc-record.ts'
import { readRecordFile } from '../../../src/sources/record-files.ts'
import { itemsOf } from '../../../src/sources/record-items.ts'
import type { CatalogueRecord } from '../../../src/sources/source.ts'
import { drain, folderWith } from '../files.ts'

const data = resolve(import.meta.dirname, '../../../../shared/data/catalog')
const here = existsSync(data)

const mets = {
  pages: [],
  features: [],
  readingOrder: 'left-to-right',
  scanningOrder: 'left-to-right',
  coverTag: 'follow-reading-order',
} as never

/** What of each item reaches its document, and what its rights and dates are made of. */
function documentsOf(record: CatalogueRecord) {
  const { items, problems } = itemsOf(record)
  expect(problems).toEqual([])
  return items.map((item) => ({
    item,
    entry: itemEntry(record, item.htid),
    fields: Object.fromEntries(documentFields({ htid: item.htid, attr: 1, record, mets }, () => undefined)),
    marc: itemShares({ id: record.id, fullrecord: record.fullrecord }, ['fullrecord'])(item.htid),
  }))
}

describe.skipIf(!here)('a record makes the same document from the catalogue and from its MARC', () => {
  test('Zephir, MARC-in-JSON', async () => {
    const folder = join(data, 'zephir-marc-json')
    const marc = marcOfJson(JSON.parse(await readFile(join(folder, 'sample_record.json'), 'utf8'))) as MarcRecord
    const known = JSON.parse(await readFile(join(folder, 'sample_record_output.json'), 'utf8')) as CatalogueRecord
    const { record, problems } = catalogueOf(marc)
    expect(problems).toEqual([])
    expect(record.fullrecord).toBe(known.fullrecord)
    expect(record.ht_id_display).toEqual(known.ht_id_display)
    // the example was written before the catalogue knew where a book was published
    expect(documentsOf({ ...record, countryOfPubStr: undefined })).toEqual(documentsOf(known))
  })

  test('MARCXML: the records that the catalogue keeps with its own documents', async () => {
    const known = await catalogueDocuments()
    expect(known.length).toBe(8)
    let compared = 0
    for (const record of known) {
      const folder = await folderWith({ 'record.xml': String(record.fullrecord) })
      const { events } = await drain(readRecordFile(join(folder, 'record.xml')))
      expect(events).toMatchObject([{ kind: 'record', record: { id: record.id } }])
      const [event] = events
      if (event?.kind !== 'record') continue
      const made = documentsOf(event.record)
      expect(made).toEqual(documentsOf(record).slice(0, made.length))
      compared += made.length
    }
    // 16 items have documents: of one record's two items the MARC that was kept in the data names the first only.
    expect(compared).toBe(15)
  })
})

/** Without the one that a test of the catalogue made by hand: it has half of its fields. */
async function catalogueDocuments(): Promise<CatalogueRecord[]> {
  const records: CatalogueRecord[] = []
  for await (const name of glob('solr-catalog/**/*.json', { cwd: data })) {
    if (name.endsWith('minimal.json') || name.includes('full-output')) continue
    for await (const event of readRecordFile(join(data, name))) {
      if (event.kind === 'record' && event.record.fullrecord !== undefined) records.push(event.record)
    }
  }
  return records
}

test.skipIf(!here)('all of the 63 Zephir records are read, with each of their items', async () => {
  const counts = { records: 0, items: 0, bad: 0, deletes: 0 }
  const examples = join(data, 'zephir-marc-json/catalog_indexer-examples')
  for await (const name of glob('*.json.gz', { cwd: examples })) {
    for await (const event of readRecordFile(join(examples, name))) {
      if (event.kind === 'bad') counts.bad++
      if (event.kind === 'delete') counts.deletes++
      if (event.kind !== 'record') continue
      const { items, problems } = itemsOf(event.record)
      expect(problems).toEqual([])
      counts.records++
      counts.items += items.length
    }
  }
  expect(counts).toEqual({ records: 63, items: 4342, bad: 0, deletes: 0 })
})
