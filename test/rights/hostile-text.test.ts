import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRecords } from '../../src/rights/load-records.ts'
import { loadRights } from '../../src/rights/load-rights.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver, recordOf, rightsOf, writeRecords } from './pass.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())

const kept = () =>
  library.state.db.query('SELECT message, detail FROM slip_errors WHERE resolved_at IS NULL ORDER BY id')

test('text cut inside a character of two units is kept whole, and the next reading of its file can clear it', async () => {
  // of two records that differ by one letter, one is cut between the two units
  const faulty = (id: string, title: string) => ({ ...recordOf(id, ['mdp.1'], title), ht_json: '{}' })
  writeRecords(library, 'a.ndjson', [faulty('1', '😀'.repeat(4_000)), faulty('22', '😀'.repeat(4_000))])
  await loadRecords(passOver(library), 'catalogue', ['catalogue/a.ndjson'])
  expect(
    (await kept()).map(({ detail }) => String(detail).isWellFormed() && !/\\ud[89ab]/.test(String(detail))),
  ).toEqual([true, true])
  writeRecords(library, 'a.ndjson', [recordOf('1', ['mdp.1']), recordOf('22', ['mdp.2'])])
  await loadRecords(passOver(library), 'catalogue', ['catalogue/a.ndjson'])
  expect(await kept()).toEqual([])
})

test('a line of a hathifile with a cell longer than its column is an error row, its neighbours are loaded', async () => {
  const line = (htid: string, reason: string, source: string, profile: string) => {
    const cells = new Array(26).fill('')
    Object.assign(cells, { 0: htid, 2: 'pd', 3: '1', 13: reason, 14: '2020-01-01 00:00:00', 23: source, 24: profile })
    return `${cells.join('\t')}\n`
  }
  const file = join(library.folder, 'rights', 'r.txt')
  writeFileSync(file, line('mdp.10', 'bib', 'google', 'open'))
  appendFileSync(file, line('mdp.11', 'r'.repeat(17), 'google', 'open'))
  appendFileSync(file, line('mdp.12', 'bib', 's'.repeat(33), 'open'))
  appendFileSync(file, line('mdp.13', 'bib', 'google', 'p'.repeat(33)))
  appendFileSync(file, line('mdp.14', 'bib', 'google', 'open'))
  await loadRights(passOver(library), 'rights', ['rights/r.txt'])
  expect((await kept()).map(({ message }) => /:(\d+):/.exec(String(message))?.[1])).toEqual(['2', '3', '4'])
  expect(await rightsOf(library, 'mdp.10')).toMatchObject({ attr: 1 })
  expect(await rightsOf(library, 'mdp.14')).toMatchObject({ attr: 1 })
})
