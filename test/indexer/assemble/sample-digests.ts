// node test/indexer/assemble/sample-digests.ts > test/indexer/assemble/known-digests.json
import { assemble } from '../../../src/indexer/assemble/assemble.ts'
import { openPairtree } from '../../../src/repository/pairtree.ts'
import { readRecordFile } from '../../../src/sources/record-files.ts'
import { itemsOf } from '../../../src/sources/record-items.ts'
import type { CatalogueRecord } from '../../../src/sources/source.ts'
import { filesBelow, library } from '../../samples/shelf.ts'
import { provenance } from './volume.ts'

const withoutDocument = ['trouble_no_mets', 'trouble_zip_not_zip', 'trouble_page_missing']

/** The digest of every document of the sample library that can be made, by day and id. */
export async function sampleDigests(): Promise<Record<string, string>> {
  const records = await recordsByItem()
  const digests: Record<string, string> = {}
  for (const day of ['day-1', 'day-2', 'corrected']) {
    const repository = openPairtree({ root: `${library}/${day}/pairtree` })
    const ids: string[] = []
    for await (const htid of repository.walk()) ids.push(htid)
    for (const htid of ids.sort()) {
      if (day === 'day-1' && withoutDocument.includes(htid.split('.')[1]!)) continue
      const volume = await repository.open(htid)
      const text = { emptyPageToken: null, dehyphenate: true }
      const record = records.get(htid)!
      digests[`${day} ${htid}`] = (await assemble({ htid, attr: 1, record, volume, provenance, text })).digest
      await volume.close()
    }
  }
  return digests
}

/** The first record that names an item. */
async function recordsByItem(): Promise<Map<string, CatalogueRecord>> {
  const records = new Map<string, CatalogueRecord>()
  for (const file of [...filesBelow('day-1/catalogue'), ...filesBelow('day-2/catalogue')].sort()) {
    if (!file.endsWith('.ndjson')) continue
    for await (const event of readRecordFile(`${library}/${file}`)) {
      if (event.kind !== 'record') continue
      for (const { htid } of itemsOf(event.record).items) if (!records.has(htid)) records.set(htid, event.record)
    }
  }
  return records
}

if (import.meta.main) console.log(JSON.stringify(await sampleDigests(), null, 2))
