import { afterAll, afterEach, expect, test } from 'vitest'
import { testSolr } from '../services/solr/own-things.ts'
import { type CatalogueWorld, catalogueWorld } from './catalogue-world.ts'
import { solrRecordOf } from './pass.ts'

const solr = await testSolr('solr')
afterAll(() => solr.drop())

let world: CatalogueWorld
afterEach(() => world.close())

test('a record of wrong types is an error that names it, its neighbours are loaded, and a corrected one clears it', async () => {
  world = await catalogueWorld(solr, 'carelessly')
  const { core, read, errors } = world
  const good = (id: string) => ({ id, title: ['A title'] })
  await core.add(good('r1'), { id: 'r2', ht_id: 'a.2' }, { id: 'r3', deleted: 'true' }, { id: 'no id' }, good('r5'))
  expect(await read()).toMatchObject({ bad: 3 })
  const told = [
    '#no id: The record cannot be used: its id is not a string of 1 to 64 printable ASCII characters without blanks.',
    '#r2: The record cannot be used: its ht_id is not an array of strings.',
    '#r3: The record cannot be used: its deleted is neither true nor false.',
  ]
  expect((await errors()).sort()).toEqual(told)
  // it stands, and is told once
  expect(await read()).toMatchObject({ bad: 3 })
  expect((await errors()).sort()).toEqual(told)
  const records = await world.library.state.db.query('SELECT record_id FROM slip_record ORDER BY record_id')
  expect(records).toEqual([{ record_id: 'r1' }, { record_id: 'r5' }])
  await core.add(good('r2'))
  await core.remove('r3', 'no id')
  expect(await read()).toMatchObject({ bad: 0 })
  expect(await errors()).toEqual([])
})

test('what is wrong inside a record is an error; what is right in it is loaded', async () => {
  world = await catalogueWorld(solr)
  const { core, read, errors } = world
  const record = solrRecordOf('r1', ['a.1', 'no namespace', 'a.2'], 'A title', '20260110')
  await core.add({ ...record, ht_json: '[{"htid"', ht_id_display: ['a.1|20261399||', 'a.2|20260110||'] })
  expect(await read()).toMatchObject({ new: 2, bad: 3 })
  expect(await errors()).toEqual([
    '#r1: ht_json is not a JSON array.',
    '#r1: The date "20261399" of a.1 is not YYYYMMDD.',
    expect.stringMatching(/^#r1: The item id "no namespace" holds a blank/),
  ])
  await core.add(record)
  await read()
  expect(await errors()).toEqual([expect.stringMatching(/^#r1: The item id/)])
})

test('a record with a character that no database holds is an error, and its neighbours are loaded', async () => {
  world = await catalogueWorld(solr)
  const { core, read, errors } = world
  const [good, sound] = [solrRecordOf('r1', ['a.1']), solrRecordOf('r3', ['a.3'], 'Ends in a backslash: \\')]
  await core.add(good, solrRecordOf('r2', ['a.2'], 'A \0 in it'), sound)
  expect(await read()).toMatchObject({ new: 2, bad: 1 })
  expect(await errors()).toEqual([
    '#r2: The record cannot be used: it holds a NUL character or half of a surrogate pair.',
  ])
  expect([...(await world.rights()).keys()].sort()).toEqual(['a.1', 'a.3'])
})

test('records too large for a page are read in smaller ones, and one too large for an answer is an error', async () => {
  world = await catalogueWorld(solr)
  const { core, read, errors } = world
  const megabytes = (id: string, size: number) => ({
    ...solrRecordOf(id, [`a.${id}`]),
    fullrecord: 'x'.repeat(size << 20),
  })
  await core.add(solrRecordOf('r1', ['a.r1']), megabytes('r2', 9), megabytes('r3', 9))
  await core.add(megabytes('r4', 17), solrRecordOf('r5', ['a.r5']))
  expect(await read()).toMatchObject({ new: 4, bad: 1 })
  expect(await errors()).toEqual(['#r4: The record cannot be used: it is larger than 16 MiB.'])
  expect([...(await world.rights()).keys()].sort()).toEqual(['a.r1', 'a.r2', 'a.r3', 'a.r5'])
})

test('when too many records cannot be used the reading ends, and nothing is passed over', async () => {
  world = await catalogueWorld(solr, 'carelessly')
  const ids = Array.from({ length: 120 }, (_, at) => String(at).padStart(4, '0'))
  await world.core.add(...ids.map((id) => ({ id, ht_id: `a.${id}` })))
  await expect(world.read()).rejects.toMatchObject({
    ...{ code: 'SOURCE_ANSWER_INVALID', class: 'environment' },
    message: expect.stringContaining('120 of the last 120 records cannot be used'),
  })
  expect(await world.watermark()).toBeNull()
  expect(await world.errors()).toHaveLength(120)
})
