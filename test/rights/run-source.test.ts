import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Breakers } from '../../src/daemon/breakers.ts'
import { readSources } from '../../src/rights/sources.ts'
import { commandDutyMs, releaseDuty, takeDuty } from '../../src/state/control/duty.ts'
import { readSourceCounts } from '../../src/state/rights/source-counts.ts'
import { sourceDuty } from '../../src/state/rights/source-in-hand.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver, recordOf, rightsOf, writeRecords } from './pass.ts'
import { runTask } from './person.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary()
})
afterEach(() => library.close())

const path = (name: string) => join(library.folder, name)
const line = (id: string, items: readonly string[], title?: string) => `${JSON.stringify(recordOf(id, items, title))}\n`
const handed = (name: string, ...lines: string[]) => writeFileSync(path(name), lines.join(''))
const load = (...names: string[]) => runTask(library, 'catalogue', { kind: 'files', paths: names.map(path) })
const run = (kind: 'new' | 'broken' | 'all') => runTask(library, 'catalogue', { kind })
const unresolved = async () =>
  (await library.state.db.query<{ code: string }>('SELECT code FROM slip_errors WHERE resolved_at IS NULL')).map(
    ({ code }) => code,
  )
/** A step of slip-rights over all sources; the files that it read. */
async function daemonStep(): Promise<string[]> {
  const pass = passOver(library)
  const files: string[] = []
  pass.bus.subscribe((event, told) => {
    if (event === 'source.read') files.push((told as { file: string }).file.slice(library.folder.length + 1))
  })
  const breakers = new Breakers(library.state.db, pass.bus, { failures: 2, probe: 30_000 }, false)
  await breakers.refresh()
  await readSources(pass, breakers, false)
  return files
}

test('a file that is handed over overwrites what it names, and leaves the rest as it is', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1']), recordOf('r2', ['a.2'])])
  await daemonStep()
  handed('corrected.ndjson', line('r1', ['a.1'], 'Another title'), line('r3', ['a.3']))
  expect(await load('corrected.ndjson')).toMatchObject({
    ...{ flaw: null, notes: [] },
    counts: { seen: 2, updated: 1, new: 1, bad: 0 },
  })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ rev: 2 })
  expect(await rightsOf(library, 'a.2')).toMatchObject({ rev: 1 })
  expect(await daemonStep()).toEqual([])
  expect(await rightsOf(library, 'a.1')).toMatchObject({ rev: 2 })
})

test('of files that are handed over none is loaded when one is missing or is a folder', async () => {
  handed('good.ndjson', line('r1', ['a.1']))
  mkdirSync(path('folder'))
  for (const other of ['missing.ndjson', 'folder'])
    await expect(load('good.ndjson', other)).rejects.toMatchObject({ code: 'SOURCE_FILE_UNFIT' })
  expect(await rightsOf(library, 'a.1')).toBeUndefined()
  expect(await unresolved()).toEqual([])
})

test('what cannot be used of a file that was handed over stays an error until --broken finds it mended or gone', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r0', ['a.0'])])
  handed('odd.ndjson', line('r1', ['a.1']), '{"id": 7}\n')
  const first = await load('odd.ndjson')
  expect(first).toMatchObject({ flaw: '1 records or lines cannot be used', counts: { seen: 2, bad: 1, new: 1 } })
  writeRecords(library, '2.ndjson', [recordOf('r2', ['a.2'])])
  await daemonStep()
  expect(await unresolved()).toEqual(['SOURCE_RECORD_INVALID'])
  expect(await run('broken')).toMatchObject({ counts: { bad: 1 } })
  handed('odd.ndjson', line('r1', ['a.1']), line('r7', ['a.7']))
  expect(await run('broken')).toMatchObject({ flaw: null, counts: { bad: 0, new: 1 } })
  expect(await unresolved()).toEqual([])
  handed('odd.ndjson', 'rubbish\n')
  expect((await load('odd.ndjson')).notes).toEqual([
    expect.stringContaining('holds nothing that source catalogue can use'),
  ])
  rmSync(path('odd.ndjson'))
  expect((await run('broken')).notes).toEqual([expect.stringContaining('is gone, and its errors with it')])
  expect(await unresolved()).toEqual([])
})

test('--new reads what was not read, --all everything, --broken what has errors and what lies behind it', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  writeFileSync(path('catalogue/2.ndjson'), `${line('r2', ['a.2'])}{"id": 7}\n`)
  writeRecords(library, '3.ndjson', [recordOf('r3', ['a.3'])])
  expect(await run('new')).toMatchObject({ counts: { seen: 4, new: 3, bad: 1 } })
  expect(await run('new')).toMatchObject({ flaw: null, counts: { seen: 0 } })
  expect(await run('broken')).toMatchObject({ flaw: '1 records or lines cannot be used', counts: { seen: 3, noop: 2 } })
  expect(await run('all')).toMatchObject({ counts: { seen: 4, noop: 3, bad: 1 } })
  expect(await daemonStep()).toEqual([])
})

test('a file that is read again by itself has those behind it read again, by whoever comes next', async () => {
  for (const name of ['1', '2', '3']) writeRecords(library, `${name}.ndjson`, [recordOf('r1', ['a.1'], name)])
  await daemonStep()
  const stop = new AbortController()
  const pass = passOver(library, {}, stop.signal)
  pass.bus.subscribe((event) => {
    if (event === 'source.read') stop.abort()
  })
  const { readFiles } = await import('../../src/rights/read-files.ts')
  const { recordReader } = await import('../../src/rights/load-records.ts')
  await readFiles(pass, 'catalogue', ['catalogue/*.ndjson'], recordReader(pass, 'catalogue'), 'all')
  expect(await daemonStep()).toEqual(['catalogue/2.ndjson', 'catalogue/3.ndjson'])
  const [row] = await library.state.db.query<{ data: string }>('SELECT data FROM slip_record')
  expect(JSON.parse(String(row?.data)).title).toEqual(['3'])
})

test('a file with a path of any length is read once', async () => {
  const name = `${'x'.repeat(240)}.ndjson`
  writeRecords(library, name, [recordOf('r1', ['a.1'])])
  expect(await daemonStep()).toEqual([`catalogue/${name}`])
  expect(await daemonStep()).toEqual([])
})

test('a file that came, and was read by another, while one before it was being read, is read again', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'], 'Old')])
  const pass = passOver(library)
  const { readFiles } = await import('../../src/rights/read-files.ts')
  const { recordReader } = await import('../../src/rights/load-records.ts')
  const reader = recordReader(pass, 'catalogue')
  const load: typeof reader.load = async (...block) => {
    writeRecords(library, '2.ndjson', [recordOf('r1', ['a.1'], 'New')])
    expect(await daemonStep()).toEqual(['catalogue/1.ndjson', 'catalogue/2.ndjson'])
    return reader.load(...block)
  }
  await readFiles(pass, 'catalogue', ['catalogue/*.ndjson'], { ...reader, load })
  expect(await daemonStep()).toEqual(['catalogue/2.ndjson'])
  const [row] = await library.state.db.query<{ data: string }>('SELECT data FROM slip_record')
  expect(JSON.parse(String(row?.data)).title).toEqual(['New'])
})

test('one record is read again by its id, with the last word on it, and one that no file has is told', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1']), recordOf('r2', ['a.2'])])
  writeRecords(library, '2.ndjson', [recordOf('r1', ['a.1'], 'Last')])
  await daemonStep()
  await library.state.db.query(`UPDATE slip_record SET digest = 'x'`)
  const record = (id: string) => runTask(library, 'catalogue', { kind: 'record', id })
  expect(await record('r1')).toMatchObject({ flaw: null, counts: { seen: 2 } })
  const rows = await library.state.db.query<{ record_id: string }>(
    `SELECT record_id FROM slip_record WHERE digest = 'x'`,
  )
  expect(rows.map(({ record_id }) => record_id)).toEqual(['r2'])
  await expect(record('r9')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('each source has its own counts, of its last pass and in total', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  await daemonStep()
  await daemonStep()
  handed('more.ndjson', line('r1', ['a.1']), line('r2', ['a.2']), 'rubbish\n')
  await load('more.ndjson')
  const counts = await readSourceCounts(library.state.db)
  expect(counts.map(({ source, span }) => `${source} ${span}`)).toEqual(['catalogue pass', 'catalogue total'])
  const [pass, total] = counts
  expect(pass?.counts).toMatchObject({ seen: 3, new: 0, moved: 1, bad: 1 })
  expect(total?.counts).toMatchObject({ seen: 4, new: 2, moved: 1, bad: 1 })
})

test('slip-rights passes over a source that a person has in hand, and reads it when that is over', async () => {
  const { db } = library.state
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  const duty = sourceDuty('catalogue')
  expect(await takeDuty(db, duty, '11111111-1111-4111-8111-111111111111', commandDutyMs)).toBe(true)
  expect(await takeDuty(db, duty, '22222222-2222-4222-8222-222222222222', commandDutyMs)).toBe(false)
  expect(await daemonStep()).toEqual([])
  await releaseDuty(db, duty, '11111111-1111-4111-8111-111111111111')
  expect(await daemonStep()).toEqual(['catalogue/1.ndjson'])
})
