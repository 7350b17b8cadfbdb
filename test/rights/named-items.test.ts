import { afterEach, beforeEach, expect, test } from 'vitest'
import { AskedSources } from '../../src/indexer/asked-sources.ts'
import { lookUp } from '../../src/indexer/lookups.ts'
import { carryOver } from '../../src/rights/carry-over.ts'
import { loadRecords } from '../../src/rights/load-records.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver, recordOf, rightsOf, writeRecords } from './pass.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary({ config: { sources: { catalogue: { kind: 'records', files: ['catalogue/*'] } } } })
})
afterEach(() => library.close())

async function read() {
  const pass = passOver(library)
  await loadRecords(pass, 'catalogue', ['catalogue/*'])
  await carryOver(pass)
}

test('of a record that names its item no more no document is made, until another names it', async () => {
  const recordOfItem = async (htid: string) => {
    const { rights, record } = await lookUp(library.state.db, [htid], new AskedSources(library.config, null))
    return record(rights(htid)).id
  }
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.B', 'a.2'])])
  await read()
  expect(await recordOfItem('a.B')).toBe('r1')
  writeRecords(library, '2.ndjson', [recordOf('r1', ['a.2'])])
  await read()
  expect(await rightsOf(library, 'a.B')).toMatchObject({ record_id: 'r1', withdrawn: false })
  expect(await recordOfItem('a.2')).toBe('r1')
  await expect(recordOfItem('a.B')).rejects.toMatchObject({
    code: 'RECORD_MISSING',
    place: { htid: 'a.B', record: 'r1' },
  })
  writeRecords(library, '3.ndjson', [recordOf('r2', ['a.B'])])
  await read()
  expect(await recordOfItem('a.B')).toBe('r2')
})
