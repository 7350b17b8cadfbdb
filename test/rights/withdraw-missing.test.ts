import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withdrawMissing } from '../../src/rights/withdraw-missing.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver, recordOf, rightsOf, writeRecords } from './pass.ts'
import { census, runTask } from './person.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary()
})
afterEach(() => library.close())

const read = () => runTask(library, 'catalogue', { kind: 'new' })
const withdrawn = async () =>
  (
    await library.state.db.query<{ htid: string }>(
      'SELECT htid FROM slip_rights WHERE withdrawn_at IS NOT NULL ORDER BY htid',
    )
  ).map(({ htid }) => htid)
const seen = () => library.state.db.query('SELECT 1 FROM slip_seen')
const many = Array.from({ length: 200 }, (_, at) => recordOf(`m${at}`, [`m.${at}`]))

test('items that vanished with their record, or from it, are withdrawn; what another record names goes there', async () => {
  writeRecords(library, '1.ndjson', [
    ...many,
    recordOf('gone', ['a.1', 'a.2']),
    recordOf('less', ['b.1', 'b.2']),
    recordOf('other', ['c.1']),
  ])
  await read()
  rmSync(join(library.folder, 'catalogue/1.ndjson'))
  writeRecords(library, '2.ndjson', [...many, recordOf('less', ['b.1']), recordOf('other', ['c.1', 'a.2'])])
  expect(await census(library, 'catalogue')).toEqual({ items: 205, missing: 2, withdrawn: 2 })
  expect(await withdrawn()).toEqual(['a.1', 'b.2'])
  expect(await rightsOf(library, 'a.2')).toMatchObject({ record_id: 'other', withdrawn: false })
  expect(await seen()).toEqual([])
})

test('an item whose record vanished goes back to one that has named it all along', async () => {
  writeRecords(library, '1.ndjson', [...many, recordOf('r1', ['a.1'])])
  await read()
  writeRecords(library, '2.ndjson', [recordOf('r2', ['a.1'])])
  await read()
  expect(await rightsOf(library, 'a.1')).toMatchObject({ record_id: 'r2' })
  rmSync(join(library.folder, 'catalogue/2.ndjson'))
  expect(await census(library, 'catalogue')).toEqual({ items: 201, missing: 0, withdrawn: 0 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ record_id: 'r1', withdrawn: false })
})

test('what was withdrawn so comes back when the catalogue has it again', async () => {
  writeRecords(library, '1.ndjson', [...many, recordOf('r1', ['a.1'])])
  await read()
  writeRecords(library, '1.ndjson', many)
  await census(library, 'catalogue')
  expect(await withdrawn()).toEqual(['a.1'])
  writeRecords(library, '2.ndjson', [recordOf('r1', ['a.1'])])
  await read()
  expect(await withdrawn()).toEqual([])
})

test('more than rights.withdrawCeiling is withdrawn with --yes only, and a trial withdraws nothing', async () => {
  writeRecords(library, '1.ndjson', many)
  await read()
  writeRecords(library, '1.ndjson', many.slice(3))
  expect(await census(library, 'catalogue', { dryRun: true })).toEqual({ items: 200, missing: 3, withdrawn: 0 })
  await expect(census(library, 'catalogue')).rejects.toMatchObject({
    code: 'WITHDRAW_CEILING',
    message: expect.stringContaining('3 of 200 items'),
  })
  expect(await withdrawn()).toEqual([])
  expect(await census(library, 'catalogue', { yes: true })).toEqual({ items: 200, missing: 3, withdrawn: 3 })
  expect(await withdrawn()).toEqual(['m.0', 'm.1', 'm.2'])
})

test('nothing is withdrawn when there is no file, a bad record, a damaged file, or nothing left', async () => {
  const file = join(library.folder, 'catalogue/1.ndjson')
  writeRecords(library, '1.ndjson', [...many, recordOf('r1', ['a.1'])])
  await read()
  const refuses = async () => {
    await expect(census(library, 'catalogue', { yes: true })).rejects.toMatchObject({ code: 'PASS_INCOMPLETE' })
    expect(await withdrawn()).toEqual([])
  }
  rmSync(file)
  await refuses()
  writeRecords(library, '1.ndjson', many)
  appendFileSync(file, '{"id": \n')
  await refuses()
  writeRecords(library, '1.ndjson', many)
  writeFileSync(join(library.folder, 'catalogue/2.ndjson.gz'), 'no gzip')
  const patterns = { ...library.config.sources.catalogue, files: ['catalogue/*'] }
  const config = {
    ...library.config,
    sources: { ...library.config.sources, catalogue: patterns },
  } as typeof library.config
  await expect(census({ ...library, config }, 'catalogue')).rejects.toMatchObject({ code: 'PASS_INCOMPLETE' })
  expect(await withdrawn()).toEqual([])
  writeRecords(library, '1.ndjson', [recordOf('new', [])])
  await refuses()
})

test('what is wrong in records whose items are all known holds up nothing; an item id that cannot be read does', async () => {
  const marc = (...items: object[][]) => ({
    leader: '00000nam a2200000   4500',
    fields: [
      { '001': 'marc' },
      { '245': { ind1: '1', ind2: '0', subfields: [{ a: 'A title' }, {}] } },
      ...items.map((subfields) => ({ '974': { ind1: ' ', ind2: ' ', subfields } })),
    ],
  })
  const item = [{ u: 'b.1' }, { y: 'c1900' }, { d: '20261341' }, { r: 'nobody-knows' }]
  writeRecords(library, '1.ndjson', [...many, recordOf('r1', ['a.1']), marc(item)])
  await read()
  writeRecords(library, '1.ndjson', [...many, marc(item)])
  expect(await census(library, 'catalogue')).toEqual({ items: 202, missing: 1, withdrawn: 1 })
  expect(await withdrawn()).toEqual(['a.1'])
  const refused = async (...records: object[]) => {
    writeRecords(library, '1.ndjson', records)
    await expect(census(library, 'catalogue', { yes: true })).rejects.toMatchObject({
      code: 'PASS_INCOMPLETE',
      message: expect.stringContaining('1 records or item ids cannot be read'),
    })
  }
  await refused(...many.slice(1), marc(item, [{ d: '20260101' }]))
  await refused(...many.slice(1), marc(item), recordOf('r2', ['no-dot']))
  expect(await withdrawn()).toEqual(['a.1'])
})

test('a pass that is stopped withdraws nothing, and the next is whole', async () => {
  writeRecords(library, '1.ndjson', [...many, recordOf('r1', ['a.1'])])
  await read()
  writeRecords(library, '1.ndjson', many)
  const stop = new AbortController()
  stop.abort()
  await expect(census(library, 'catalogue', { stop: stop.signal })).rejects.toMatchObject({ code: 'PASS_INCOMPLETE' })
  expect(await withdrawn()).toEqual([])
  expect(await census(library, 'catalogue')).toMatchObject({ withdrawn: 1 })
})

test('what comes while the catalogue is read stays', async () => {
  writeRecords(library, '1.ndjson', [...many, recordOf('r1', ['a.1'])])
  await read()
  const path = join(library.folder, 'late.ndjson')
  writeFileSync(path, `${JSON.stringify(recordOf('late', ['z.1']))}\n`)
  const pass = passOver(library)
  const late = async () => {
    await runTask(library, 'catalogue', { kind: 'files', paths: [path] })
    return null
  }
  // all that was there before was not seen; what came since was not seen either
  const found = await withdrawMissing(pass, 'catalogue', { yes: true, dryRun: false }, late, async () => {})
  expect(found).toEqual({ items: 202, missing: 201, withdrawn: 201 })
  expect(await rightsOf(library, 'z.1')).toMatchObject({ withdrawn: false })
})

test('items of another source are none of its business, and rights go without a catalogue', async () => {
  writeRecords(library, '1.ndjson', many)
  await read()
  await library.state.db.query(
    `UPDATE slip_record SET source = 'elsewhere' WHERE record_id IN ('m0', 'm1', 'm2', 'm3')`,
  )
  writeRecords(library, '1.ndjson', many.slice(4))
  expect(await census(library, 'catalogue')).toEqual({ items: 196, missing: 0, withdrawn: 0 })
  await expect(census(library, 'rights')).rejects.toMatchObject({ code: 'USAGE' })
})
