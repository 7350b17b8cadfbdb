import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { pairtreeName } from '../../../src/repository/pairtree-name.ts'
import { requestItems } from '../../../src/state/queue/enqueue.ts'
import type { Library } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { metsOf } from '../../indexer/mets/mets-file.ts'
import { zipOf } from '../../repository/zip-writer.ts'
import { privateSolr, type SolrInstance } from '../../services/solr/instance.ts'
import { queueRow } from '../../state/fixture.ts'
import { libraryOnSolr } from './library-on-solr.ts'

/** A page of 50 MB, no word of which comes twice. */
function largePage(): Buffer {
  const page = Buffer.alloc(50 << 20, 0x20)
  for (let at = 0, word = 0; at < page.length - 8; at += 8) {
    word = (word + 0x9e3779b1) >>> 0
    page.write(word.toString(36), at, 'latin1')
  }
  return page
}

let solr: SolrInstance
let library: Library
beforeAll(async () => {
  solr = await privateSolr({ heapMb: 512 })
  library = await libraryOnSolr(solr)
}, 240_000)
afterEach(endAll)
afterAll(async () => {
  await library?.close()
  await solr?.close()
})

test('a page of 50 MB kills a Solr with a heap of 512 MB time and again: it ends in one error, and its neighbours are indexed', async () => {
  const { db } = library.state
  const known = await db.query<{ htid: string }>(
    `SELECT htid FROM slip_indexed WHERE presence = 'indexed' AND shard = 1 ORDER BY htid`,
  )
  const some = known.slice(0, 5).map(({ htid }) => htid)
  const large = some[2] as string
  layLarge(large)
  const errorsBefore = await db.query('SELECT htid, code FROM slip_errors WHERE resolved_at IS NULL')
  const ask = (htids: readonly string[]) =>
    db.transaction((tx) => requestItems(tx, 'main', htids, { lane: 'ops', reason: 'test' }))
  await ask(some)
  while ((await queueRow(db, large)) !== undefined) {
    await runOnce('index', library.configFile)
    await solr.kill()
    await solr.restart()
    await library.closeBreakers()
    await library.passLease()
    await ask(some.slice(0, 1))
  }
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await db.query('SELECT 1 FROM slip_queue')).toEqual([])
  const errors = await db.query('SELECT htid, code FROM slip_errors WHERE resolved_at IS NULL')
  expect(errors).toHaveLength(errorsBefore.length + 1)
  expect(errors).toContainEqual({ htid: large, code: 'ENGINE_REFUSES_ALONE' })
  const since = `SELECT htid FROM slip_indexed WHERE indexed_ct > 1 ORDER BY htid`
  expect((await db.query<{ htid: string }>(since)).map(({ htid }) => htid)).toEqual(some.filter((id) => id !== large))
  expect(await library.violations()).toEqual([])
}, 600_000)

/** The item has that page, and no other. */
function layLarge(htid: string): void {
  const { folder, object } = pairtreeName(htid)
  const path = join(library.folder, 'pairtree', folder, object)
  const mets = metsOf({ pages: [{ order: 1, file: '00000001.txt' }], objid: htid })
  writeFileSync(`${path}.mets.xml`, mets)
  writeFileSync(`${path}.zip`, zipOf([{ path: `${object}/00000001.txt`, data: largePage(), method: 0 }]))
}
