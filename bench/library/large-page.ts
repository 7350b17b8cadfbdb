import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { metsOf } from '../../test/indexer/mets/mets-file.ts'
import { putItem } from '../../test/repository/put-item.ts'
import { zipOf } from '../../test/repository/zip-writer.ts'
import { catalogueRecord } from './volumes.ts'
import { textOf } from './words.ts'

const htid = 'bench.large'
const pageBytes = 25e6

/** Adds a volume with one page of 25 MB, and its record, to what `manifold` laid. */
export function addLargePage(folder: string): void {
  const mets = metsOf({ pages: [{ order: 1, file: '1.txt' }], objid: htid })
  putItem(join(folder, 'pairtree'), htid, { mets, zip: zipOf([{ path: '1.txt', data: textOf(pageBytes) }]) })
  appendFileSync(join(folder, 'records.ndjson'), `${JSON.stringify(catalogueRecord(htid, 'large'))}\n`)
}
