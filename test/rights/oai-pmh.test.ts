import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Library, openLibrary } from '../daemon/library.ts'
import { recordOf, rightsOf } from './pass.ts'
import { runTask } from './person.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary({
    config: {
      sources: {
        catalogue: { kind: 'records', files: ['catalogue/*'] },
        other: { kind: 'records', files: ['other.ndjson'] },
      },
    },
  })
  write('other.ndjson', `${JSON.stringify(recordOf('o1', ['o.1']))}\n`)
  await runTask(library, 'other', { kind: 'new' })
})
afterEach(() => library.close())

const write = (name: string, content: string) => writeFileSync(join(library.folder, name), content)
const header = (id: string, status = '') => `<header${status}><identifier>oai:demo:${id}</identifier></header>`
const live = (id: string, item: string) =>
  `<record>${header(id)}<metadata><record><leader>00000nam a2200000   4500</leader>
   <controlfield tag="001">${id}</controlfield>
   <datafield tag="974" ind1=" " ind2=" "><subfield code="u">${item}</subfield></datafield></record></metadata></record>`
const gone = (id: string) => `<record>${header(id, ' status="deleted"')}</record>`
const harvest = (...records: string[]) => `<OAI-PMH><ListRecords>${records.join('\n')}</ListRecords></OAI-PMH>`
const errors = () =>
  library.state.db.query<{ code: string; message: string }>(
    'SELECT code, message FROM slip_errors WHERE resolved_at IS NULL ORDER BY id',
  )

test('a record that a harvest tells to be deleted is withdrawn with its items, and is no error', async () => {
  write('catalogue/1.xml', harvest(live('r1', 'a.1'), live('r2', 'a.2')))
  await runTask(library, 'catalogue', { kind: 'new' })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ withdrawn: false })
  write('catalogue/2.xml', harvest(gone('r1'), live('r3', 'a.3')))
  // the second time it is known as deleted
  for (const kind of ['new', 'all'] as const) {
    expect(await runTask(library, 'catalogue', { kind })).toMatchObject({ flaw: null })
    expect(await rightsOf(library, 'a.1')).toMatchObject({ withdrawn: true })
  }
  for (const htid of ['a.2', 'a.3']) expect(await rightsOf(library, htid)).toMatchObject({ withdrawn: false })
  expect(await errors()).toEqual([])
})

test('deleted records that the source does not have are a note each, withdraw nothing, and stop no harvest', async () => {
  const unknown = Array.from({ length: 300 }, (_, at) => gone(`x${at}`))
  write('catalogue/1.xml', harvest(gone('o1'), ...unknown, live('r1', 'a.1')))
  await runTask(library, 'catalogue', { kind: 'new' })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ withdrawn: false })
  expect(await rightsOf(library, 'o.1')).toMatchObject({ withdrawn: false })
  const rows = await errors()
  expect(rows).toHaveLength(301)
  expect(rows.every(({ code }) => code === 'SOURCE_RECORD_INVALID')).toBe(true)
  expect(rows[0]?.message).toMatch(
    /1\.xml:1: The record "oai:demo:o1" is deleted, and no record of the source is known by its last part\.$/,
  )
})
