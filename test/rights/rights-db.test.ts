import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { Breakers } from '../../src/daemon/breakers.ts'
import { EventBus } from '../../src/events/bus.ts'
import type { Pass } from '../../src/rights/context.ts'
import { followRightsDb, type RightsDbSource } from '../../src/rights/rights-db.ts'
import { readSources } from '../../src/rights/sources.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { type Foreign, openForeign } from '../sources/rights-db/foreign.ts'
import { passOver, recordOf, rightsOf, writeRecords } from './pass.ts'
import { runTask } from './person.ts'

const watermarkName = 'rights:feed'

// the state lies on one server, the rights on the other
const server = inject('stateServer') === 'postgres' ? 'mariadb' : 'postgres'
let foreign: Foreign
let library: Library
beforeEach(async () => {
  foreign = await openForeign(server)
  library = await openLibrary({
    config: {
      sources: {
        catalogue: { kind: 'records', files: ['catalogue/*.ndjson', 'catalogue/*_delete.txt'] },
        rights: { kind: 'rights-db', url: foreign.url },
      },
    },
  })
})
afterEach(async () => {
  await library.close()
  await foreign.drop()
})

/** A pass of a daemon that was just started. */
async function read(part: Partial<Library['config']> = {}) {
  const pass = passOver(library, part)
  const breakers = new Breakers(library.state.db, new EventBus(), pass.config.breaker, true)
  await breakers.refresh()
  const { away } = await readSources(pass, breakers, true)
  await breakers.flush()
  return { counts: pass.tally.counts, away }
}
const watermark = async () => {
  const sql = `SELECT value FROM slip_watermark WHERE stage = 'rights' AND name = '${watermarkName}'`
  return (await library.state.db.query<{ value: string }>(sql))[0]?.value
}
const whole = (htid: string) =>
  library.state.db
    .query(
      `SELECT attr, reason, source, access_profile, CAST(rights_time AS CHAR(19)) AS rights_time, record_id, rev FROM slip_rights WHERE htid = '${htid}'`,
    )
    .then(([row]) => row)
const errors = () =>
  library.state.db.query<{ code: string; message: string; resolution: string | null }>(
    'SELECT code, message, resolution FROM slip_errors ORDER BY id',
  )

/** The rows in error, as their errors name them. */
const unresolved = async () =>
  (await library.state.db.query<{ message: string }>('SELECT message FROM slip_errors WHERE resolved_at IS NULL'))
    .map(({ message }) => message.slice(0, message.indexOf(':')))
    .toSorted()

test('an item is whole when it is first seen: its record and its rights, looked up, come in one revision', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.x:/2.3'])])
  await foreign.put('a.1', 2, '2009-01-01 05:00:00')
  await foreign.put('a.x:/2.3', 8, '2009-01-01 05:00:00')
  expect((await read()).counts).toMatchObject({ new: 2, updated: 0, outOfScope: 2 })
  expect(await whole('a.1')).toEqual({
    attr: 2,
    reason: 'bib',
    source: 'google',
    access_profile: 'google',
    rights_time: '2009-01-01 05:00:00',
    record_id: 'r1',
    rev: 1,
  })
  expect(await whole('a.x:/2.3')).toMatchObject({ attr: 8, rev: 1 })
})

test('a changed row alone is UPDATED, and what is read again in the overlap is NOOP', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  await foreign.put('a.1', 1)
  await foreign.put('a.2', 1)
  await read()
  await foreign.put('a.1', 2)
  expect((await read()).counts).toMatchObject({ updated: 1, noop: 1 })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 2, rev: 2 })
  expect((await read()).counts).toMatchObject({ updated: 0, noop: 2 })
})

test('what was committed late, with a time before the last pass, is met in the overlap', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  await foreign.put('a.1', 1)
  await read()
  const minutesAgo = new Date(Date.now() - 5 * 60_000).toISOString().slice(0, 19).replace('T', ' ')
  await foreign.put('a.2', 2, minutesAgo)
  expect((await read()).counts).toMatchObject({ updated: 1 })
  expect(await rightsOf(library, 'a.2')).toMatchObject({ attr: 2 })
})

test('a row that cannot be used is an error with its key until it is put right; the rest is taken in', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  await foreign.put('a.1', 99)
  await foreign.put('a.2', 2)
  await foreign.put('a.b c', 1)
  expect((await read()).counts).toMatchObject({ new: 2, bad: 2 })
  await read()
  expect(await errors()).toEqual([
    expect.objectContaining({ message: 'rights_current a.1: The row has an unknown rights attribute "99".' }),
    expect.objectContaining({ message: expect.stringMatching(/^rights_current a\.b c: .* invalid item id/) }),
  ])
  await foreign.put('a.1', 1)
  await read()
  expect((await errors()).map(({ resolution }) => resolution)).toEqual(['superseded', null])
})

test('while it is away nothing is carried over, no error is kept, and its breaker opens; then all comes by itself', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  await foreign.put('a.1', 2)
  await foreign.run('ALTER TABLE rights_current RENAME TO hidden')
  const broken = { breaker: { ...library.config.breaker, failures: 1 } }
  const { away, counts } = await read(broken)
  expect(away.map(({ code }) => code)).toEqual(['SOURCE_DB_UNAVAILABLE'])
  expect(counts).toMatchObject({ new: 0, bad: 0 })
  expect(await errors()).toEqual([])
  expect(await library.state.db.query('SELECT kind, name FROM slip_breaker')).toEqual([
    { kind: 'source', name: 'rights' },
  ])
  await foreign.run('ALTER TABLE hidden RENAME TO rights_current')
  expect((await read()).counts).toMatchObject({ new: 1 })
  expect(await whole('a.1')).toMatchObject({ attr: 2, rev: 1 })
  expect(await library.state.db.query('SELECT name FROM slip_breaker')).toEqual([])
})

test('a page that was read before another reader went on is not taken in over what that one has read', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  await foreign.put('a.1', 2, '2009-01-01 05:00:00')
  await read()
  await foreign.put('a.1', 1, '2010-01-01 05:00:00')
  const { db } = library.state
  const stands = (at: string) =>
    db.query(`UPDATE slip_watermark SET value = '${at}' WHERE stage = 'rights' AND name = '${watermarkName}'`)
  await stands('2009-06-01 00:00:00.000000')
  let isFirst = true
  const transaction: typeof db.transaction = async (work) => {
    if (isFirst) {
      isFirst = false
      await db.query(`UPDATE slip_rights SET attr = 9 WHERE htid = 'a.1'`)
      await stands('2010-02-01 00:00:00.000000')
    }
    return db.transaction(work)
  }
  const pass: Pass = { ...passOver(library), db: { ...db, transaction } }
  await followRightsDb(pass, 'rights', library.config.sources.rights as RightsDbSource)
  expect(isFirst).toBe(false)
  expect(await whole('a.1')).toMatchObject({ attr: 9 })
})

test('a column taken for another is no thousand errors: the storm brake ends the reading before its watermark', async () => {
  const rows = Array.from({ length: 300 }, (_, at) => `('a', '${at}', 99, 1, 1, 1)`).join(', ')
  await foreign.run(`INSERT INTO rights_current (namespace, id, attr, reason, source, access_profile) VALUES ${rows}`)
  const { away } = await read()
  expect(away.map(({ message }) => message)).toEqual([
    expect.stringContaining('100 of the last 100 rows cannot be used'),
  ])
  expect(await errors()).toEqual([])
  expect(await watermark()).toBeUndefined()
})

test('a daemon asks again when its time has come, and not before', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  await foreign.put('a.1', 1)
  const pass = passOver(library)
  const breakers = new Breakers(library.state.db, new EventBus(), pass.config.breaker, false)
  await readSources(pass, breakers, true)
  await foreign.put('a.1', 2)
  await readSources(pass, breakers, true)
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 1 })
  pass.askAt.set('rights', 0)
  await readSources(pass, breakers, true)
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 2 })
})

test('a watermark that a person sets back during a reading stays where it was set, and the reading ends', async () => {
  await foreign.put('a.1', 1)
  await read()
  const pass = passOver(library)
  // between the reading of the watermark and the first page
  const moving: Pass = {
    ...pass,
    db: {
      ...pass.db,
      transaction: async (work) => {
        await pass.db.change(`UPDATE slip_watermark SET value = 'unread' WHERE name = '${watermarkName}'`)
        return pass.db.transaction(work)
      },
    },
  }
  await followRightsDb(moving, 'rights', library.config.sources.rights as RightsDbSource)
  expect(await watermark()).toBe('unread')
  expect(moving.askAt.has('rights')).toBe(false)
})

test('what passes find goes into the history of watermarks, and passes that find nothing do not', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  await foreign.put('a.1', 1, '2009-01-01 05:00:00')
  await read()
  const moves = () => library.state.db.query(`SELECT 1 FROM slip_watermark_history WHERE name = '${watermarkName}'`)
  expect(await moves()).toEqual([])
  await foreign.put('a.1', 2)
  await read()
  expect(await moves()).toHaveLength(1)
})

test('slipctl sources run --broken asks for the rows in error alone: mended ones are taken in, the others stay', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2', 'a.3', 'a.4'])])
  for (const htid of ['a.1', 'a.2', 'a.3']) await foreign.put(htid, 99, '2009-01-01 05:00:00')
  await foreign.put('a.4', 1, '2009-01-01 05:00:00')
  await foreign.put('a.b c', 1, '2009-01-01 05:00:00')
  await read()
  // mended as their times stay: no feed would meet them again
  await foreign.put('a.1', 2, '2009-01-01 05:00:00')
  await foreign.put('a.2', 98, '2009-01-01 05:00:00')
  await foreign.run(`DELETE FROM rights_current WHERE id = '3'`)
  await foreign.put('a.4', 2, '2009-01-01 05:00:00')
  const broken = () => runTask(library, 'rights', { kind: 'broken' })
  expect(await broken()).toMatchObject({
    flaw: '3 rows still cannot be used',
    counts: { seen: 1, updated: 1, noop: 0 },
  })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 2, rev: 2 })
  expect(await rightsOf(library, 'a.4')).toMatchObject({ attr: 1, rev: 1 })
  expect(await unresolved()).toEqual(['rights_current a.2', 'rights_current a.3', 'rights_current a.b c'])
  await foreign.put('a.2', 1, '2009-01-01 05:00:00')
  expect(await broken()).toMatchObject({ flaw: '2 rows still cannot be used', counts: { seen: 1 } })
  expect(await unresolved()).toEqual(['rights_current a.3', 'rights_current a.b c'])
})

test('slipctl sources run --all reads every row again, those that no feed would meet', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  await foreign.put('a.1', 1, '2009-01-01 05:00:00')
  await foreign.put('a.2', 1, '2009-01-01 05:00:00')
  await read()
  await foreign.put('a.1', 2, '2009-01-01 05:00:00')
  expect(await runTask(library, 'rights', { kind: 'new' })).toMatchObject({ flaw: null, counts: { seen: 0 } })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 1 })
  expect(await runTask(library, 'rights', { kind: 'all' })).toMatchObject({
    flaw: null,
    counts: { seen: 2, updated: 1, noop: 1 },
  })
  expect(await rightsOf(library, 'a.1')).toMatchObject({ attr: 2, rev: 2 })
  await foreign.put('a.2', 99, '2009-01-01 05:00:00')
  expect(await runTask(library, 'rights', { kind: 'all' })).toMatchObject({ flaw: '1 rows cannot be used' })
  expect(await runTask(library, 'rights', { kind: 'new' })).toMatchObject({ counts: { seen: 0 } })
})

test('a rights database has neither files nor records for a person to read', async () => {
  for (const task of [{ kind: 'record', id: 'r1' } as const, { kind: 'files', paths: ['x'] } as const])
    await expect(runTask(library, 'rights', task)).rejects.toMatchObject({ code: 'USAGE' })
})
