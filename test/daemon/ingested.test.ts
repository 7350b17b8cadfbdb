import { appendFileSync, cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pairtreeName } from '../../src/repository/pairtree-name.ts'
import { slipctl } from '../ctl/slipctl.ts'
import { type Library, openLibrary, samples } from './library.ts'
import { endAll, runOnce } from './processes.ts'

const htid = 'demo1.rescanned_day2'
let library: Library
beforeEach(async () => {
  library = await openLibrary({
    config: {
      sources: {
        catalogue: { kind: 'records', files: ['catalogue/*.ndjson'] },
        rights: { kind: 'hathifiles', files: ['rights/*.txt'] },
        tree: { kind: 'repository', items: 'known', ingested: ['ingest/*.txt'] },
      },
    },
  })
  library.lay('day-1')
  mkdirSync(join(library.folder, 'ingest'))
  await runAll()
})
afterEach(async () => {
  await endAll()
  await library.close()
})

async function runAll(): Promise<void> {
  for (const stage of ['rights', 'enqueue', 'index'] as const) await runOnce(stage, library.configFile)
}
const ledger = async () => {
  const rows = await library.state.db.query<{ htid: string; digest: string; indexed_ct: number }>(
    `SELECT htid, digest, indexed_ct FROM slip_indexed WHERE presence = 'indexed' ORDER BY htid`,
  )
  return new Map(rows.map((row) => [row.htid, row]))
}
/** Only the files of the item; the catalogue, and its rights, stay those of the first day. */
function replaceFiles(): void {
  const { folder } = pairtreeName(htid)
  cpSync(join(samples, 'day-2/pairtree', folder), join(library.folder, 'pairtree', folder), { recursive: true })
}

async function isIndexedAgainAlone(before: Awaited<ReturnType<typeof ledger>>): Promise<void> {
  const after = await ledger()
  expect(after.get(htid)?.digest).not.toBe(before.get(htid)?.digest)
  expect(Number(after.get(htid)?.indexed_ct)).toBe(2)
  before.delete(htid)
  after.delete(htid)
  expect(after).toEqual(before)
  expect(await library.violations()).toEqual([])
}

test('a volume that was scanned again and is on an ingest list reaches the index though the catalogue did not move', async () => {
  const before = await ledger()
  replaceFiles()
  await runAll()
  expect(await ledger()).toEqual(before)
  appendFileSync(join(library.folder, 'ingest/today.txt'), `${htid}\n`)
  await runAll()
  await isIndexedAgainAlone(before)
  const { out } = await slipctl(['sources', 'list', '--json', '--config', library.configFile])
  expect(JSON.parse(out).sources).toContainEqual(
    expect.objectContaining({ source: 'tree', state: 'read', watermark: 'compared; 1 of 1 files' }),
  )
})

test('a volume whose METS and zip were replaced without a word is found by the comparison', async () => {
  const before = await ledger()
  replaceFiles()
  await runOnce('rights', library.configFile, '--full')
  await runOnce('enqueue', library.configFile)
  await runOnce('index', library.configFile)
  await isIndexedAgainAlone(before)
})
