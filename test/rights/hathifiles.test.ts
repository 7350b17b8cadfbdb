import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { carryOver } from '../../src/rights/carry-over.ts'
import { forceItems } from '../../src/rights/force.ts'
import { loadRecords } from '../../src/rights/load-records.ts'
import { loadRepository } from '../../src/rights/load-repository.ts'
import { loadRights } from '../../src/rights/load-rights.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver, plantVolume, recordOf, rightsOf, writeRecords } from './pass.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary()
})
afterEach(() => library.close())

/** A line of a hathifile: 26 columns, those without a meaning here empty. */
function line(htid: string, rights: string, record: string, time = '2026-01-01 00:00:00'): string {
  const columns = Array.from({ length: 26 }, () => '')
  columns[0] = htid
  columns[1] = 'allow'
  columns[2] = rights
  columns[3] = record
  columns[13] = 'bib'
  columns[14] = time
  columns[23] = 'google'
  columns[24] = 'open'
  return `${columns.join('\t')}\n`
}
const writeRights = (name: string, ...lines: string[]) =>
  writeFileSync(join(library.folder, 'rights', name), lines.join(''))

async function read() {
  const pass = passOver(library)
  await loadRecords(pass, 'catalogue', ['catalogue/*'])
  await loadRights(pass, 'rights', ['rights/*'])
  await carryOver(pass)
  return pass.tally.counts
}

test('the hathifile is heard before the record: a rights change alone is UPDATED', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  writeRights('1.txt', line('a.1', 'ic', 'r1'), line('a.2', 'pd', 'r1'))
  expect(await read()).toMatchObject({ new: 2 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 2 })
  writeRights('2.txt', line('a.1', 'pd', 'r1'), line('a.2', 'pd', 'r1'))
  expect(await read()).toMatchObject({ updated: 1, noop: 1 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 1, rev: 2 })
})

test('an item is whole when it is first seen: its record and its rights come in one revision', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  writeRights('1.txt', line('a.1', 'pd', 'r1'))
  expect(await read()).toMatchObject({ new: 1, noop: 1, updated: 0 })
  expect(await rightsOf(library, 'a.1')).toEqual({
    attr: 1,
    record_id: 'r1',
    update_date: 20260101,
    rev: 1,
    withdrawn: false,
  })
})

test('a time of the rights decision that moves alone is no change', async () => {
  writeRights('1.txt', line('a.1', 'pd', 'r1'))
  await read()
  writeRights('2.txt', line('a.1', 'pd', 'r1', '2026-02-02 00:00:00'))
  expect(await read()).toMatchObject({ noop: 1, updated: 0 })
})

test('a bad line is an error row, the rest is loaded', async () => {
  writeRights('1.txt', line('a.1', 'pd', 'r1'), 'a.2\tallow\n', line('a.3', 'nonsense', 'r1'), line('a.4', 'pd', 'r1'))
  expect(await read()).toMatchObject({ new: 2, bad: 2 })
  const rows = await library.state.db.query<{ message: string }>('SELECT message FROM slip_errors ORDER BY id')
  expect(rows.map(({ message }) => message.match(/1\.txt:\d+/)?.[0])).toEqual(['1.txt:2', '1.txt:3'])
})

test('the repository gives a row to what no source named, and to nothing else', async () => {
  plantVolume(library, 'a', '1')
  plantVolume(library, 'a', '2')
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  await read()
  const pass = passOver(library, { rights: { default: 1, withdrawCeiling: 0.01 } })
  await loadRepository(pass, 'tree')
  expect(pass.tally.counts).toMatchObject({ new: 1, noop: 0, updated: 0 })
  expect(await rightsOf(library, 'a.2')).toMatchObject({ attr: 1, record_id: null })
  const sql = `SELECT value FROM slip_watermark WHERE name = 'tree' AND cycle_at IS NOT NULL`
  expect(await library.state.db.query(sql)).toEqual([{ value: '2 items' }])
})

test('FORCED raises the revision of named items and tells which ids are unknown', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  await read()
  const pass = passOver(library)
  expect(await forceItems(pass, ['a.1', 'a.9'])).toEqual(['a.9'])
  expect(pass.tally.counts).toMatchObject({ forced: 1 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ rev: 2 })
})

test('ids with every character an id may have survive the way into the table', async () => {
  const odd = ['a.q\'"%_\\:/', 'a.$b396528', 'a.ark:/13960/t5v69h717', `a.${'x'.repeat(253)}`]
  writeRecords(library, '1.ndjson', [recordOf('r1', odd)])
  expect(await read()).toMatchObject({ new: odd.length })
  for (const htid of odd) expect(await rightsOf(library, htid)).toMatchObject({ rev: 1 })
})

test('with scope present an id too long for the name of a file is out of scope, and the others are read', async () => {
  plantVolume(library, 'a', '1')
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', `a.${'x'.repeat(250)}`])])
  const pass = passOver(library, { repository: { ...library.config.repository, scope: 'present' } })
  await loadRecords(pass, 'catalogue', ['catalogue/*'])
  await carryOver(pass)
  expect(pass.tally.counts).toMatchObject({ new: 1, outOfScope: 1 })
})
