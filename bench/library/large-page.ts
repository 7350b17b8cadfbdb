import { mkdirSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pairtreeName } from '../../src/repository/pairtree-name.ts'
import { metsOf } from '../../test/indexer/mets/mets-file.ts'
import { zipOf } from '../../test/repository/zip-writer.ts'
import { catalogueRecord } from './volumes.ts'
import { textOf } from './words.ts'

const htid = 'bench.large'
const pageBytes = 25e6

/** Adds a volume with one page of 25 MB, and its record, to what `manifold` laid. */
export async function addLargePage(folder: string): Promise<void> {
  const { folder: place, object } = pairtreeName(htid)
  const path = join(folder, 'pairtree', place)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, `${object}.mets.xml`), metsOf({ pages: [{ order: 1, file: '1.txt' }], objid: htid }))
  writeFileSync(join(path, `${object}.zip`), zipOf([{ path: '1.txt', data: textOf(pageBytes) }]))
  await appendFile(join(folder, 'records.ndjson'), `${JSON.stringify(catalogueRecord(htid, 'large'))}\n`)
}
