import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { Breakers } from '../../src/daemon/breakers.ts'
import { EventBus } from '../../src/events/bus.ts'
import { FollowedSources } from '../../src/rights/memberships.ts'
import { readSources } from '../../src/rights/sources.ts'
import { filesInError } from '../../src/state/audit/source-errors.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { type ForeignMemberships, openMemberships } from '../sources/memberships/foreign.ts'
import { passOver, recordOf, rightsOf, writeRecords } from './pass.ts'
import { runTask } from './person.ts'

// the state lies on one server, the memberships on the other
const server = inject('stateServer') === 'postgres' ? 'mariadb' : 'postgres'
let foreign: ForeignMemberships
let library: Library
beforeEach(async () => {
  foreign = await openMemberships(server)
  library = await openLibrary({
    config: {
      rights: { default: 1 },
      sources: {
        catalogue: { kind: 'records', files: ['catalogue/*.ndjson', 'catalogue/*_delete.txt'] },
        holdings: {
          kind: 'holdings',
          url: foreign.url,
          changes: { table: 'holdings_deltas', item: 'volume_id', version: 'version' },
        },
        collections: { kind: 'collections', url: foreign.url, largerThan: 2 },
      },
    },
  })
})
afterEach(async () => {
  await library.close()
  await foreign.drop()
})

/** A pass of a slip-rights that was just started and compares all. */
async function read() {
  const memberships = new FollowedSources(library.config, { all: true, once: true })
  const pass = { ...passOver(library), memberships }
  const breakers = new Breakers(library.state.db, new EventBus(), pass.config.breaker, true)
  await breakers.refresh()
  try {
    const { away } = await readSources(pass, breakers, true)
    await breakers.flush()
    return { counts: pass.tally.counts, of: (name: string) => pass.tally.of(name).counts, away }
  } finally {
    await memberships.close()
  }
}
const revOf = async (htid: string) => Number((await rightsOf(library, htid))?.rev)

test('an item is whole when it is first seen: who holds it comes with its first revision', async () => {
  await foreign.hold('a.1', ['uc', 'umich'])
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  expect((await read()).counts).toMatchObject({ new: 2, updated: 0 })
  const { of } = await read()
  expect(of('holdings')).toMatchObject({ updated: 0, noop: 2 })
  expect([await revOf('a.1'), await revOf('a.2')]).toEqual([1, 1])
})

test('a change of holdings raises the revision of that item alone, though the catalogue stands still; so does their end', async () => {
  await foreign.hold('a.1', ['uc'])
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  await read()
  await foreign.hold('a.1', ['uc', 'umich'])
  expect((await read()).of('holdings')).toMatchObject({ updated: 1, noop: 1 })
  await foreign.hold('a.1', ['uc', 'umich'], 1)
  expect((await read()).of('holdings')).toMatchObject({ updated: 1 })
  await foreign.hold('a.1', [])
  expect((await read()).of('holdings')).toMatchObject({ updated: 1 })
  expect([await revOf('a.1'), await revOf('a.2')]).toEqual([4, 1])
})

test('a collection counts from when it is large until it is no more', async () => {
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1', 'a.2'])])
  await foreign.collect(7, ['a.1'], 2)
  await read()
  await foreign.collect(7, ['a.1'], 3)
  expect((await read()).of('collections')).toMatchObject({ updated: 1, noop: 1 })
  await foreign.collect(7, ['a.1'], 2)
  expect((await read()).of('collections')).toMatchObject({ updated: 1, noop: 1 })
  expect([await revOf('a.1'), await revOf('a.2')]).toEqual([3, 1])
})

test('a row of the table of changes that cannot be used is an error until the table is read whole without it', async () => {
  await foreign.run(`INSERT INTO holdings_deltas (version, volume_id) VALUES (1, 'no id'), (1, 'a.1')`)
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  const inError = () => filesInError(library.state.db, 'holdings')
  await read()
  expect([...(await inError())]).toEqual(['holdings_deltas no id'])
  await foreign.run(`DELETE FROM holdings_deltas WHERE volume_id = 'no id'`)
  await read()
  expect((await inError()).size).toBe(1)
  expect(await runTask(library, 'holdings', { kind: 'broken' })).toMatchObject({ flaw: null })
  expect((await inError()).size).toBe(0)
})

test('a source that is away holds up no other, and what it has comes when it is back', async () => {
  await foreign.hold('a.1', ['uc'])
  await foreign.run('ALTER TABLE holdings_htitem_htmember RENAME TO elsewhere')
  writeRecords(library, '1.ndjson', [recordOf('r1', ['a.1'])])
  const { counts, away } = await read()
  expect(counts).toMatchObject({ new: 1 })
  expect(away).toMatchObject([{ code: 'SOURCE_DB_UNAVAILABLE', class: 'environment' }])
  await foreign.run('ALTER TABLE elsewhere RENAME TO holdings_htitem_htmember')
  expect((await read()).of('holdings')).toMatchObject({ updated: 1 })
  expect(await revOf('a.1')).toBe(2)
})
