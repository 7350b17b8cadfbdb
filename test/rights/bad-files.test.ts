import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Breakers } from '../../src/daemon/breakers.ts'
import { loadRecords } from '../../src/rights/load-records.ts'
import { readSources } from '../../src/rights/sources.ts'
import { addSourceErrors } from '../../src/state/audit/source-errors.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver, recordOf, rightsOf, writeRecords } from './pass.ts'

let library: Library
let pass: ReturnType<typeof passOver>
beforeEach(async () => {
  library = await openLibrary({
    config: {
      sources: {
        catalogue: { kind: 'records', files: ['catalogue/*'] },
        other: { kind: 'records', files: ['other.ndjson'] },
        rights: { kind: 'hathifiles', files: ['rights/*'] },
      },
    },
  })
  pass = passOver(library)
  write('other.ndjson', line('o1', 'o.1'))
})
afterEach(() => library.close())

const line = (id: string, ...items: string[]) => `${JSON.stringify(recordOf(id, items))}\n`
const write = (name: string, content: string | Buffer) => writeFileSync(join(library.folder, name), content)
const rights = (htid: string) => {
  const cells = new Array(26).fill('')
  Object.assign(cells, { 0: htid, 2: 'ic', 3: 'r9', 13: 'bib', 14: '2020-01-01 00:00:00', 23: 'google', 24: 'open' })
  return `${cells.join('\t')}\n`
}
/** All sources, as a step of slip-rights reads them. */
async function read(breakers = new Breakers(library.state.db, pass.bus, { failures: 2, probe: 30_000 }, false)) {
  await breakers.refresh()
  const { away } = await readSources(pass, breakers, true)
  await breakers.flush()
  return away.map(({ code }) => code)
}
const unresolved = () =>
  library.state.db.query<{ code: string; class: string; source: string; target: string | null; message: string }>(
    'SELECT code, class, source, target, message FROM slip_errors WHERE resolved_at IS NULL ORDER BY id',
  )
const codes = async () => (await unresolved()).map(({ code }) => code)

test('a file that a power cut has filled up with NUL is an errors row, and all the rest is read', async () => {
  write('catalogue/1.ndjson', `${line('r1', 'a.1')}\0\0\0\0`)
  write('rights/1.txt', rights('b.1'))
  expect(await read()).toEqual([])
  const rows = await unresolved()
  expect(rows).toMatchObject([{ code: 'SOURCE_RECORD_INVALID', source: 'catalogue' }])
  expect(rows[0]?.message).toMatch(/^(?!.*\0).*is not valid JSON/)
  for (const htid of ['a.1', 'o.1', 'b.1']) expect(await rightsOf(library, htid)).toMatchObject({ rev: 1 })
})

test('patterns that no file matches are told once by a process, and no more once one did', async () => {
  const told: string[] = []
  pass.bus.subscribe((name, fields) => name === 'daemon.warning' && told.push((fields as { message: string }).message))
  for (const _ of ['at first', 'again']) await read()
  expect(told).toEqual(['source catalogue: there is no file catalogue/*', 'source rights: there is no file rights/*'])
  write('catalogue/1.ndjson', line('r1', 'a.1'))
  await read()
  rmSync(join(library.folder, 'catalogue/1.ndjson'))
  await read()
  expect(told).toHaveLength(2)
})

test('a damaged .gz is an errors row; what stands before the damage, the files after it, rights and items go on', async () => {
  const many = Array.from({ length: 3_000 }, (_, at) => line(`r${at}`, `a.${at}`)).join('')
  const whole = gzipSync(many)
  write('catalogue/1.ndjson.gz', whole.subarray(0, whole.length - 2_000))
  write('catalogue/2.ndjson', line('r9999', 'a.9999'))
  write('rights/1.txt', rights('b.1'))
  expect(await read()).toEqual([])
  expect(await unresolved()).toMatchObject([
    { code: 'SOURCE_FILE_UNREADABLE', class: 'item', source: 'catalogue', target: null },
  ])
  for (const htid of ['a.0', 'a.9999', 'o.1', 'b.1']) expect(await rightsOf(library, htid)).toMatchObject({ rev: 1 })
  // it is not read again until it changes
  const told: string[] = []
  pass.bus.subscribe((name) => told.push(name))
  await read()
  expect(told).toEqual([])
  write('catalogue/1.ndjson.gz', whole)
  await read()
  expect(await unresolved()).toEqual([])
  expect(await rightsOf(library, 'a.2999')).toMatchObject({ rev: 1 })
})

test('a source whose file is missing is suspended alone: the others are read, and it is read when the file comes', async () => {
  rmSync(join(library.folder, 'other.ndjson'))
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  const breakers = new Breakers(library.state.db, pass.bus, { failures: 2, probe: 30_000 }, false)
  expect(await read(breakers)).toEqual(['SOURCE_FILE_MISSING'])
  expect(await rightsOf(library, 'a.1')).toMatchObject({ rev: 1 })
  expect(await read(breakers)).toEqual(['SOURCE_FILE_MISSING'])
  expect(await library.state.db.query('SELECT kind, name, failures FROM slip_breaker')).toEqual([
    { kind: 'source', name: 'other', failures: 2 },
  ])
  // suspended, it is passed over without a word, and fills no error table
  expect(await read(breakers)).toEqual([])
  expect(await unresolved()).toEqual([])
  write('other.ndjson', line('o1', 'o.1'))
  await library.state.db.query(`UPDATE slip_breaker SET next_probe = next_probe - INTERVAL '601' SECOND`)
  expect(await read(breakers)).toEqual([])
  expect(await rightsOf(library, 'o.1')).toMatchObject({ rev: 1 })
  expect(await library.state.db.query('SELECT 1 FROM slip_breaker')).toEqual([])
})

test('a file of rubbish is read no further after a hundred lines, has a bounded number of rows, and blocks no other', async () => {
  write('catalogue/1.ndjson', 'rubbish\n'.repeat(10_000))
  write('catalogue/2.ndjson', line('r2', 'a.2'))
  expect(await read()).toEqual([])
  const rows = await unresolved()
  expect(rows).toHaveLength(101)
  expect(rows.at(-1)).toMatchObject({ code: 'SOURCE_FILE_STOPPED', class: 'item', source: 'catalogue' })
  expect(rows.at(-1)?.message).toMatch(/1\.ndjson: 100 of the last 100 records or lines cannot be read: .* line 100$/)
  expect(await rightsOf(library, 'a.2')).toMatchObject({ rev: 1 })
  write('catalogue/1.ndjson', line('r1', 'a.1'))
  await read()
  expect(await unresolved()).toEqual([])
})

test('what is wrong in records that are loaded is told of each, and stops no file, however many they are', async () => {
  const zephir = (at: number) => ({
    leader: '00000nam a2200000   4500',
    fields: [
      { '001': `r${at}` },
      { '245': { ind1: '1', ind2: '0', subfields: [{ a: 'A title' }, {}] } },
      { '974': { ind1: ' ', ind2: ' ', subfields: [{ u: `a.${at}` }, { y: 'c1900' }] } },
      { '974': { ind1: ' ', ind2: ' ', subfields: [{ d: '20260101' }] } },
    ],
  })
  const lines = Array.from({ length: 700 }, (_, at) => `${JSON.stringify(zephir(at))}\n`)
  write('catalogue/1.ndjson', lines.join(''))
  await read()
  const rows = await unresolved()
  expect(rows.every(({ code }) => code === 'SOURCE_RECORD_INVALID')).toBe(true)
  expect(rows.slice(0, 3).map(({ message }) => message.replace(/^.*\/(?=1\.)/, ''))).toEqual([
    '1.ndjson:1: Field 2, "245", of the record has an empty subfield, which was left out.',
    '1.ndjson:1: The publication date "c1900" of a.0 does not begin with digits.',
    '1.ndjson:1: A 974 field names no item: it has no subfield u.',
  ])
  expect(await rightsOf(library, 'a.699')).toMatchObject({ rev: 1 })
  expect(pass.tally.of('catalogue').counts).toMatchObject({ seen: 700, bad: 2_100, new: 700 })
})

test('what is wrong in a record of a tar is told with its file in the tar', async () => {
  const tar = (...args: string[]) => execFileSync('tar', args, { cwd: library.folder })
  write('a.ndjson', line('r1', 'a.1') + line('r2', 'no-dot'))
  tar('-cf', 'catalogue/1.tar', 'a.ndjson')
  await read()
  expect((await unresolved())[0]?.message).toMatch(/1\.tar:2: In a\.ndjson: The item id "no-dot"/)
})

test('bad lines below the share of a storm have 500 rows at most, and one that says where the others are', async () => {
  const lines = Array.from({ length: 7_000 }, (_, at) => (at % 10 === 9 ? 'rubbish\n' : line(`r${at}`, `a.${at}`)))
  write('catalogue/1.ndjson', lines.join(''))
  await read()
  const rows = await unresolved()
  expect(rows).toHaveLength(501)
  const others = Array.from({ length: 200 }, (_, at) => 5_010 + at * 10).join(', ')
  expect(rows.at(-1)?.message.replace(/^.*\//, '')).toBe(
    `1.ndjson: 200 more records or lines cannot be used whole: ${others}`,
  )
  expect(await rightsOf(library, 'a.6998')).toMatchObject({ rev: 1 })
})

test('errors of a file that was renamed away are superseded; should it come back as it was, so do they', async () => {
  const path = join(library.folder, 'catalogue/1.ndjson')
  write('catalogue/1.ndjson', 'rubbish\n')
  write('catalogue/2.ndjson', 'rubbish\n')
  await read()
  expect(await codes()).toHaveLength(2)
  renameSync(path, join(library.folder, 'away.ndjson'))
  await read()
  expect((await unresolved()).map(({ message }) => /\d\.ndjson/.exec(message)?.[0])).toEqual(['2.ndjson'])
  renameSync(join(library.folder, 'away.ndjson'), path)
  await read()
  expect(await codes()).toHaveLength(2)
  rmSync(path)
  await read()
  expect(await codes()).toHaveLength(1)
})

test('a folder and a link that leads to nothing are errors rows, hold up no file, and are over once they are mended', async () => {
  const at = (name: string) => join(library.folder, 'catalogue', name)
  const told = async () => (await unresolved()).map(({ code, message }) => `${code} ${message.split(': ')[1]}`)
  const folder = 'SOURCE_FILE_UNREADABLE it is a folder'
  const link = 'SOURCE_FILE_UNREADABLE it is a symbolic link that leads to nothing'
  mkdirSync(at('1.ndjson'))
  symlinkSync('later.ndjson', at('3.ndjson'))
  write('catalogue/2.ndjson', line('r2', 'a.2'))
  expect(await read()).toEqual([])
  expect(await told()).toEqual([folder, link])
  expect(await rightsOf(library, 'a.2')).toMatchObject({ rev: 1 })
  // once told nothing is read again: neither they nor the files behind them
  const events: string[] = []
  pass.bus.subscribe((name) => events.push(name))
  write('catalogue/1.ndjson/x', '')
  await read()
  expect(events).toEqual([])
  renameSync(at('1.ndjson'), join(library.folder, 'away'))
  await read()
  expect(await told()).toEqual([link])
  write('catalogue/later.ndjson', line('r3', 'a.3'))
  await read()
  expect(await told()).toEqual([])
  expect(await rightsOf(library, 'a.3')).toMatchObject({ rev: 1 })
  // a file that was read, and is back as it was after a folder stood in its place
  renameSync(at('2.ndjson'), join(library.folder, 'kept'))
  mkdirSync(at('2.ndjson'))
  events.length = 0
  await read()
  expect(await told()).toEqual([folder])
  expect(events).toEqual(['source.read'])
  rmSync(at('2.ndjson'), { recursive: true })
  renameSync(join(library.folder, 'kept'), at('2.ndjson'))
  await read()
  expect(await told()).toEqual([])
})

test('a source without any file looks as one whose mount is away: its errors stay', async () => {
  write('catalogue/1.ndjson', 'rubbish\n')
  await read()
  renameSync(join(library.folder, 'catalogue'), join(library.folder, 'away'))
  await read()
  expect(await codes()).toHaveLength(1)
})

test('errors that are kept already are not kept twice', async () => {
  const errors = [1, 2].map((at) => ({
    source: 'catalogue',
    code: 'SOURCE_RECORD_INVALID' as const,
    message: `/f:${at}: ${'é'.repeat(5_000)}`,
    detail: '{"file":"/f"}',
  }))
  for (const some of [errors.slice(1), errors, errors])
    await library.state.db.transaction((tx) => addSourceErrors(tx, some, 'h'))
  expect(await codes()).toHaveLength(2)
})

test('a stop in the middle of a file leaves it unread', async () => {
  write('catalogue/1.ndjson', Array.from({ length: 2_000 }, (_, at) => line(`r${at}`, `a.${at}`)).join(''))
  const stop = new AbortController()
  const stopped = passOver(library, {}, stop.signal)
  stop.abort()
  await loadRecords(stopped, 'catalogue', ['catalogue/*'])
  await read()
  expect(await rightsOf(library, 'a.1999')).toMatchObject({ rev: 1 })
})
