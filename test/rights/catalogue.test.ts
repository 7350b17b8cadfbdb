import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { carryOver } from '../../src/rights/carry-over.ts'
import { followRepository } from '../../src/rights/follow-repository.ts'
import { loadRecords, recordReader } from '../../src/rights/load-records.ts'
import { readFiles } from '../../src/rights/read-files.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver, plantVolume, recordOf, rightsOf, writeRecords } from './pass.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary({ config: { sources: { catalogue: { kind: 'records', files: ['catalogue/*'] } } } })
})
afterEach(() => library.close())

/** One reading of the catalogue; what it counted. */
async function read(part: Parameters<typeof passOver>[1] = {}) {
  const pass = passOver(library, part)
  await loadRecords(pass, 'catalogue', ['catalogue/*'])
  await carryOver(pass)
  return pass.tally.counts
}
const errors = () => library.state.db.query('SELECT code, message, resolution FROM slip_errors ORDER BY id')

test('a new item is NEW, the same record again is NOOP, other content is UPDATED though no date moved', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  expect(await read()).toMatchObject({ new: 2, noop: 0 })
  expect(await rightsOf(library, 'a.1')).toEqual({
    attr: 1,
    record_id: 'r1',
    update_date: 20260101,
    rev: 1,
    withdrawn: false,
  })
  writeRecords(library, '2.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  expect(await read()).toMatchObject({ new: 0, updated: 0, noop: 2 })
  writeRecords(library, '3.ndjson', [recordOf('r1', ['a.1', 'a.2'], 'Another title')])
  expect(await read()).toMatchObject({ updated: 2, noop: 0 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ rev: 2 })
})

test('a file whose reading began in a database that was restored before its end is read again', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  const pass = passOver(library)
  const reader = recordReader(pass, 'catalogue')
  const restoring: typeof reader = {
    ...reader,
    load: async (...args) => {
      const bad = await reader.load(...args)
      for (const table of ['slip_record', 'slip_watermark']) await library.state.db.query(`DELETE FROM ${table}`)
      return bad
    },
  }
  await readFiles(pass, 'catalogue', ['catalogue/*'], restoring)
  expect(await read()).toMatchObject({ new: 1 })
  expect(await read()).toMatchObject({ new: 0, noop: 0 })
})

test('of two that read a file at once the first to end has it read, and none reads it again', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  const pass = passOver(library)
  const reader = recordReader(pass, 'catalogue')
  const meanwhile: typeof reader = {
    ...reader,
    load: async (...args) => {
      expect(await read()).toMatchObject({ new: 1 })
      return reader.load(...args)
    },
  }
  await readFiles(pass, 'catalogue', ['catalogue/*'], meanwhile)
  expect(await read()).toMatchObject({ new: 0, noop: 0 })
})

test('what was carried over is carried over anew when the settings that it depends on change', async () => {
  const { repository, rights } = library.config
  plantVolume(library, 'z', 'other')
  writeRecords(library, '1.ndjson', [{ ...recordOf('r1', ['a.1', 'a.2']), ht_json: '[]' }])
  expect(await read({ repository: { ...repository, scope: 'present' } })).toMatchObject({ new: 0 })
  expect(await read()).toMatchObject({ new: 2 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: null, rev: 1 })
  expect(await read()).toMatchObject({ updated: 0, noop: 0 })
  expect(await read({ rights: { ...rights, default: 2 } })).toMatchObject({ updated: 2 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 2, rev: 2 })
})

test('a change of one item of a record leaves the others alone', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  await read()
  const changed = recordOf('r1', ['a.1', 'a.2'])
  changed.ht_json = changed.ht_json.replace('"a.2","ingest":"20260101"', '"a.2","ingest":"20260202"')
  changed.ht_id_display[1] = (changed.ht_id_display[1] as string).replace('20260101', '20260202')
  writeRecords(library, '2.ndjson', [changed])
  expect(await read()).toMatchObject({ updated: 1, noop: 1 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ rev: 1 })
  expect(await rightsOf(library, 'a.2')).toMatchObject({ rev: 2, update_date: 20260202 })
})

test('an item under another record is MOVED, without a newer date too', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  await read()
  writeRecords(library, '2.ndjson', [recordOf('r1', []), recordOf('r2', ['a.1'])])
  expect(await read()).toMatchObject({ moved: 1, new: 0, withdrawn: 0 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ record_id: 'r2', rev: 2 })
})

test('a deleted record withdraws the items that are still its own, and no item that moved on', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  await read()
  writeRecords(library, '2.ndjson', [recordOf('r2', ['a.2'])])
  writeFileSync(join(library.folder, 'catalogue/2_delete.txt'), 'r1\nunknown\n')
  expect(await read()).toMatchObject({ moved: 1, withdrawn: 1 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ withdrawn: true, rev: 2 })
  expect(await rightsOf(library, 'a.2')).toMatchObject({ withdrawn: false, record_id: 'r2' })
})

test('a withdrawn item whose record comes back is wanted again', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  await read()
  writeFileSync(join(library.folder, 'catalogue/2_delete.txt'), 'r1\n')
  await read()
  writeRecords(library, '3.ndjson', [recordOf('r1', ['a.1'])])
  expect(await read()).toMatchObject({ updated: 1 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ withdrawn: false, rev: 3 })
})

test('a file that changed is read again with all that follow it: a later file overrules an earlier one', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'], 'First')])
  writeRecords(library, '2.ndjson', [recordOf('r1', ['a.1'], 'Second')])
  await read()
  const before = await rightsOf(library, 'a.1')
  utimesSync(join(library.folder, 'catalogue/1.ndjson'), 1, 1)
  await read()
  const [record] = await library.state.db.query<{ data: string }>(`SELECT data FROM slip_record WHERE record_id = 'r1'`)
  expect(JSON.parse(record?.data ?? '').title).toEqual(['Second'])
  expect(await rightsOf(library, 'a.1')).toEqual(before)
})

test('what stops between loading and carrying over is carried over by the next pass', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  await loadRecords(passOver(library), 'catalogue', ['catalogue/*'])
  expect(await rightsOf(library, 'a.1')).toBeUndefined()
  expect(await read()).toMatchObject({ new: 1 })
})

test('a record that another process changes while it is carried over is carried over as it is then', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1']), recordOf('r2', ['a.2'])])
  const pass = passOver(library)
  await loadRecords(pass, 'catalogue', ['catalogue/*'])
  let looks = 0
  const carried = await carryOver(pass, async () => {
    writeRecords(library, '2.ndjson', [recordOf('r1', ['a.1'], 'Another title', '20260303')])
    if (++looks === 1) await loadRecords(passOver(library), 'catalogue', ['catalogue/2*'])
    return new Map()
  })
  expect([carried, looks]).toEqual([2, 2])
  expect(await rightsOf(library, 'a.1')).toMatchObject({ rev: 1, update_date: 20260303 })
  expect(await rightsOf(library, 'a.2')).toMatchObject({ rev: 1 })
})

test('a record that cannot be read is an error row with its text, its neighbours are loaded, and a corrected file clears it', async () => {
  const lines = [
    JSON.stringify(recordOf('r1', ['a.1'])),
    '{"id": "r2", "ht_id": ["a.2"',
    JSON.stringify(recordOf('r3', ['a.3'])),
  ]
  writeFileSync(join(library.folder, 'catalogue/1.ndjson'), `${lines.join('\n')}\n`)
  expect(await read()).toMatchObject({ new: 2, bad: 1 })
  const [row] = await library.state.db.query<{ detail: string }>('SELECT detail FROM slip_errors')
  expect(JSON.parse(row?.detail ?? '')).toMatchObject({ line: 2, text: '{"id": "r2", "ht_id": ["a.2"' })
  expect(await errors()).toEqual([
    { code: 'SOURCE_RECORD_INVALID', message: expect.stringMatching(/1\.ndjson:2: /), resolution: null },
  ])
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1']), recordOf('r2', ['a.2']), recordOf('r3', ['a.3'])])
  expect(await read()).toMatchObject({ new: 1, noop: 2, bad: 0 })
  expect(await errors()).toMatchObject([{ resolution: expect.any(String) }])
})

test('scope present leaves out what is not in the repository, and counts it', async () => {
  plantVolume(library, 'a', '1')
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2', 'a.3'])])
  const repository = { ...library.config.repository, scope: 'present' as const }
  expect(await read({ repository })).toMatchObject({ new: 1, outOfScope: 2 })
  expect(await rightsOf(library, 'a.2')).toBeUndefined()
})

test('with scope present an item that comes into the repository later is carried over from the record it had', async () => {
  const part = { repository: { ...library.config.repository, scope: 'present' as const } }
  plantVolume(library, 'a', '1')
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  expect(await read(part)).toMatchObject({ new: 1, outOfScope: 1 })
  plantVolume(library, 'a', '2')
  const walk = passOver(library, part)
  await followRepository(walk, 'tree', { kind: 'repository', items: 'all', compare: 86_400_000 }, true)
  expect(walk.tally.of('tree').counts).toMatchObject({ new: 1 })
  expect(await rightsOf(library, 'a.2')).toMatchObject({ record_id: null })
  expect(await read(part)).toMatchObject({ new: 0, noop: 1 })
  expect(await rightsOf(library, 'a.2')).toMatchObject({ record_id: 'r1', attr: 1 })
})

test('an item without rights takes rights.default, and without that it has none', async () => {
  const bare = { id: 'r1', ht_id: ['a.1'] }
  writeRecords(library, '1.ndjson', [bare])
  await read()
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: null, update_date: null })
  writeRecords(library, '2.ndjson', [{ ...bare, title: ['T'] }])
  await read({ rights: { default: 2, withdrawCeiling: 0.01 } })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 2, rev: 2 })
})

test('what is wrong inside a record is an error row; what is right in it is loaded', async () => {
  writeRecords(library, '1.ndjson', [{ ...recordOf('r1', ['a.1', 'no namespace', 'a.2']), ht_json: '[{"htid"' }])
  expect(await read()).toMatchObject({ new: 2, bad: 2 })
  const rows = await library.state.db.query<{ message: string }>('SELECT message FROM slip_errors ORDER BY id')
  expect(rows.map(({ message }) => message.replace(/^.*1\.ndjson/, ''))).toEqual([
    expect.stringMatching(/^:1: .*ht_json/),
    expect.stringMatching(/^:1: The item id "no namespace" holds a blank/),
  ])
})

test('of a record that one file names and deletes, the last word counts', async () => {
  const [first, second] = [recordOf('r1', ['a.1']), recordOf('r2', ['a.2'])]
  const gone = (id: string) => ({ id, deleted: true })
  writeRecords(library, '1.ndjson', [gone('r1'), first, second, gone('r2')])
  await read()
  expect(await rightsOf(library, 'a.1')).toMatchObject({ record_id: 'r1', withdrawn: false })
  expect((await rightsOf(library, 'a.2'))?.withdrawn ?? true).toBe(true)
})

test('a redirect takes the old record away, and the items go to the one it went into', async () => {
  writeRecords(library, '1.ndjson', [recordOf('old', ['a.1', 'a.2'])])
  await read()
  writeRecords(library, '2.ndjson', [recordOf('new', ['a.1'])])
  writeFileSync(join(library.folder, 'catalogue/3_redirects.txt'), 'old\tnew\n')
  expect(await read()).toMatchObject({ moved: 1, withdrawn: 1 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ record_id: 'new', withdrawn: false })
  expect(await rightsOf(library, 'a.2')).toMatchObject({ record_id: 'old', withdrawn: true })
})

test('a MARC-in-JSON record as Zephir writes them gives its items, and says what of them it cannot use', async () => {
  const item = (u: string, ...more: object[]) => ({ '974': { ind1: ' ', ind2: ' ', subfields: [...more, { u }] } })
  const marc = (...items: object[]) => ({ leader: '00000nam a2200000   4500', fields: [{ '001': 'r1' }, ...items] })
  writeRecords(library, 'zephir_upd.json', [
    marc(item('a.1', { d: '20260202' }, { r: 'ic' }), { '974': { subfields: [] } }),
  ])
  expect(await read()).toMatchObject({ new: 1, bad: 1 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 2, record_id: 'r1', update_date: 20260202 })
  expect(await errors()).toMatchObject([{ message: expect.stringContaining('it has no subfield u') }])
})
