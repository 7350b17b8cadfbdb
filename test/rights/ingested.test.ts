import { appendFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { carryOver } from '../../src/rights/carry-over.ts'
import { ingestReader } from '../../src/rights/load-ingested.ts'
import { loadRecords } from '../../src/rights/load-records.ts'
import { readFiles } from '../../src/rights/read-files.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver, plantVolume, recordOf, rightsOf, writeRecords } from './pass.ts'
import { runTask } from './person.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary({
    config: {
      sources: {
        catalogue: { kind: 'records', files: ['catalogue/*.ndjson', 'catalogue/*_delete.txt'] },
        tree: { kind: 'repository', items: 'known', ingested: ['ingest/*.txt'] },
      },
    },
  })
  mkdirSync(join(library.folder, 'ingest'))
  for (const object of ['1', '2']) plantVolume(library, 'a', object)
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2', 'a.3'])])
  const pass = passOver(library)
  await loadRecords(pass, 'catalogue', ['catalogue/*'])
  await carryOver(pass)
})
afterEach(() => library.close())

const list = (name: string, ...ids: string[]) =>
  appendFileSync(join(library.folder, 'ingest', name), ids.map((id) => `${id}\n`).join(''))
const mets = (object: string) => join(library.folder, 'pairtree/a/pairtree_root', object, object, `${object}.mets.xml`)
let clock = Date.parse('2026-01-01T00:00:00Z')
function writeMets(object: string): void {
  clock += 1_000
  writeFileSync(mets(object), '<mets/>')
  utimesSync(mets(object), new Date(clock), new Date(clock))
}
async function read() {
  const pass = passOver(library)
  await readFiles(pass, 'tree', ['ingest/*.txt'], ingestReader(pass, 'tree'))
  return pass.tally.of('tree').counts
}
const revOf = async (htid: string) => (await rightsOf(library, htid))?.rev
const unresolved = async () =>
  (
    await library.state.db.query<{ message: string }>(
      `SELECT message FROM slip_errors WHERE resolved_at IS NULL AND source = 'tree' ORDER BY id`,
    )
  ).map(({ message }) => message.replace(/^.*\/ingest\//, ''))

test('a listed item is UPDATED though the catalogue did not move, and others are left alone', async () => {
  list('1.txt', 'a.1')
  expect(await read()).toMatchObject({ seen: 1, updated: 1, noop: 0, outOfScope: 0, bad: 0 })
  expect([await revOf('a.1'), await revOf('a.2')]).toEqual([2, 1])
})

test('a list that is appended to has only those indexed again whose files were written since', async () => {
  list('1.txt', 'a.1', 'a.2')
  expect(await read()).toMatchObject({ updated: 2 })
  expect(await read()).toMatchObject({ seen: 0 })
  writeMets('2')
  list('1.txt', 'a.2')
  expect(await read()).toMatchObject({ seen: 3, updated: 1, noop: 1 })
  expect([await revOf('a.1'), await revOf('a.2')]).toEqual([2, 3])
  expect(await runTask(library, 'tree', { kind: 'all' })).toMatchObject({ flaw: null, counts: { seen: 6, updated: 0 } })
  expect(await revOf('a.2')).toBe(3)
})

test('what no source has named, and what is withdrawn, is none of ours', async () => {
  plantVolume(library, 'a', '9')
  plantVolume(library, 'a', '3')
  writeFileSync(join(library.folder, 'catalogue', '2_delete.txt'), 'r1\n')
  const pass = passOver(library)
  await loadRecords(pass, 'catalogue', ['catalogue/*'])
  await carryOver(pass)
  list('1.txt', 'a.9', 'a.3')
  expect(await read()).toMatchObject({ seen: 2, updated: 0, outOfScope: 2, bad: 0 })
  await runTask(library, 'tree', { kind: 'all' })
  expect(await rightsOf(library, 'a.9')).toBeUndefined()
  expect(await rightsOf(library, 'a.3')).toMatchObject({ rev: 2, withdrawn: true })
})

test('an item whose files are not there is an error of its line until they are, and the others are read', async () => {
  const longest = `a.${'x'.repeat(250)}`
  list('1.txt', 'a.1', 'a.3', longest)
  expect(await read()).toMatchObject({ seen: 3, updated: 1, bad: 2 })
  expect(await unresolved()).toEqual([
    '1.txt:2: Line 2 names a.3, of which the repository has neither METS file nor pages.',
    `1.txt:3: Line 3 names ${longest}, of which the repository has neither METS file nor pages.`,
  ])
  expect(await revOf('a.3')).toBe(1)
  plantVolume(library, 'a', '3')
  expect(await runTask(library, 'tree', { kind: 'broken' })).toMatchObject({ counts: { updated: 1, bad: 1 } })
  expect(await revOf('a.3')).toBe(2)
  expect(await unresolved()).toHaveLength(1)
})

test('a list that a person hands over is read, and a repository without lists has no files of its own', async () => {
  writeFileSync(join(library.folder, 'mine.txt'), 'a.2\n')
  const paths = [join(library.folder, 'mine.txt')]
  expect(await runTask(library, 'tree', { kind: 'files', paths })).toMatchObject({ flaw: null, counts: { updated: 1 } })
  expect(await runTask(library, 'tree', { kind: 'all' })).toMatchObject({ flaw: null, counts: { seen: 3 } })
  await expect(runTask(library, 'tree', { kind: 'record', id: 'r1' })).rejects.toMatchObject({ code: 'USAGE' })
})

test('while the repository is away no list counts as read', async () => {
  list('1.txt', 'a.1')
  rmSync(join(library.folder, 'pairtree'), { recursive: true })
  await expect(read()).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' })
  plantVolume(library, 'a', '1')
  expect(await read()).toMatchObject({ seen: 1, updated: 1 })
})
