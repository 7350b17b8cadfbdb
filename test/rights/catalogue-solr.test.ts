import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { testSolr } from '../services/solr/own-things.ts'
import { type CatalogueWorld, catalogueWorld, isLaterPage } from './catalogue-world.ts'
import { rightsOf, solrRecordOf } from './pass.ts'

const solr = await testSolr('solr')
afterAll(() => solr.drop())

let world: CatalogueWorld
beforeEach(async () => {
  world = await catalogueWorld(solr)
})
afterEach(() => world.close())

const numbered = (from: number, to: number, title?: string, date?: string) =>
  Array.from({ length: to - from + 1 }, (_, at) => {
    const id = String(from + at).padStart(9, '0')
    return solrRecordOf(id, [`a.${id}`], title, date)
  })
const item = (number: number) => `a.${String(number).padStart(9, '0')}`

test('a record of the core becomes the rights of its items, and the newest date of an item the watermark', async () => {
  await world.core.add(solrRecordOf('000000001', ['a.1', 'a.2'], 'A title', '20260110'))
  expect(await world.read()).toMatchObject({ new: 2, bad: 0 })
  expect(await rightsOf(world.library, 'a.1')).toEqual({
    ...{ attr: 1, record_id: '000000001', update_date: 20260110, rev: 1, withdrawn: false },
  })
  expect(await world.watermark()).toBe('20260110')
})

test('only what changed from the lag days before the watermark on is read, tombstones among it', async () => {
  const { core, read, library } = world
  await core.add(
    solrRecordOf('r1', ['a.1']),
    solrRecordOf('r2', ['a.2'], 'A title', '20260110'),
    solrRecordOf('r3', ['a.3']),
  )
  expect(await read()).toMatchObject({ new: 3 })
  // of the third nothing tells that it changed
  await core.add(
    solrRecordOf('r1', ['a.1', 'a.4'], 'A title', '20260108'),
    { id: 'r2', deleted: true, time_of_index: '2026-01-10T07:00:00Z' },
    solrRecordOf('r3', ['a.3'], 'Another'),
  )
  expect(await read()).toMatchObject({ new: 1, updated: 1, withdrawn: 1, noop: 0 })
  expect(await rightsOf(library, 'a.2')).toMatchObject({ withdrawn: true })
  expect(await rightsOf(library, 'a.3')).toMatchObject({ rev: 1 })
  expect(await world.watermark()).toBe('20260110')
})

test('a whole pass finds by content what no date told; so does one after the watermark was set to unread', async () => {
  const { core, read } = world
  await core.add(solrRecordOf('r1', ['a.1']), solrRecordOf('r2', ['a.2'], 'A title', '20260110'))
  await read()
  await core.add(solrRecordOf('r1', ['a.1'], 'Another'))
  expect(await read()).toMatchObject({ updated: 0 })
  expect(await read({ all: true })).toMatchObject({ updated: 1, noop: 1 })
  await world.setWatermark('unread')
  await core.add(solrRecordOf('r1', ['a.1'], 'A third'))
  expect(await read()).toMatchObject({ updated: 1, noop: 1 })
})

test('a core that changes while it is read is followed: nothing is left out, nothing is told twice', async () => {
  const { core, proxy, read } = world
  await core.add(...numbered(101, 600, 'A title', '20260110'))
  // before the second page: a record behind the cursor, changes on both sides of it, and two that go
  proxy.strike(
    isLaterPage,
    async ({ pass, response }) => {
      await core.add(
        ...numbered(1, 1, 'Behind', '20260111'),
        ...numbered(101, 101, 'Changed behind', '20260111'),
        ...numbered(600, 601, 'Changed ahead', '20260111'),
        ...[102, 500].map((number) => ({ ...tombstone(number), time_of_index: '2026-01-11T08:00:00Z' })),
      )
      const { status, headers, body } = await pass()
      response.writeHead(status, { 'content-type': headers['content-type'] ?? '' }).end(body)
    },
    1,
  )
  expect(await read()).toMatchObject({ new: 500, bad: 0 })
  expect(await world.watermark()).toBe('20260111')
  expect(await read()).toMatchObject({ new: 1, updated: 1, withdrawn: 1 })
  const rights = await world.rights()
  expect(rights.size).toBe(501)
  const revisions = [...rights].filter(([, { rev }]) => rev > 1).map(([htid]) => htid)
  expect(revisions.sort()).toEqual([item(101), item(102)])
  expect(rights.get(item(102))).toMatchObject({ withdrawn: true })
  expect(await read({ all: true })).toMatchObject({ new: 0, updated: 0, moved: 0, withdrawn: 0 })
})

const tombstone = (number: number) => ({ id: String(number).padStart(9, '0'), deleted: true })

test('a date of the far future in one record does not end the feed', async () => {
  const { core, read } = world
  await core.add(solrRecordOf('r1', ['a.1'], 'A title', '20991231'), solrRecordOf('r2', ['a.2'], 'A title', '20260110'))
  await read()
  await read()
  // what the catalogue brings after it has stood still for a while
  expect(await world.watermark()).toBe('20260110')
  await core.add(solrRecordOf('r3', ['a.3'], 'A title', '20260111'))
  expect(await read()).toMatchObject({ new: 1 })
  expect(await world.watermark()).toBe('20260111')
})

test('a catalogue without dates is read whole each time, and an empty one sets no watermark', async () => {
  const { core, read } = world
  await read()
  expect(await world.watermark()).toBe('none')
  const { id, title } = solrRecordOf('r1', [])
  await core.add({ id, title, ht_id: ['a.1'] })
  expect(await read()).toMatchObject({ new: 1 })
  await core.add({ id, title: ['Another'], ht_id: ['a.1'] })
  expect(await read()).toMatchObject({ updated: 1 })
  expect(await world.watermark()).toBe('none')
})

test('a watermark that a person sets while a pass reads ends the pass, and is where the next begins', async () => {
  const { core, proxy, read } = world
  await core.add(...numbered(1, 300, 'A title', '20260110'))
  proxy.strike(
    isLaterPage,
    async ({ pass, response }) => {
      await world.setWatermark('unread')
      const { status, headers, body } = await pass()
      response.writeHead(status, { 'content-type': headers['content-type'] ?? '' }).end(body)
    },
    1,
  )
  await read()
  expect(await world.watermark()).toBe('unread')
  // the first page was being taken in when it was set: before its end or after
  const { noop, new: added } = await read()
  expect(noop + added).toBe(300)
  expect(await world.watermark()).toBe('20260110')
})

test('what is read by date while all is read moves neither from its place', async () => {
  const { core, proxy, read } = world
  await core.add(...numbered(1, 300, 'A title', '20260110'))
  await read()
  await core.add(...numbered(299, 300, 'Another', '20260101'), ...numbered(301, 301, 'A title', '20260111'))
  proxy.strike(
    isLaterPage,
    async ({ pass, response }) => {
      const answered = await pass()
      expect(await read()).toMatchObject({ new: 1 })
      response.writeHead(200, { 'content-type': 'application/json' }).end(answered.body)
    },
    1,
  )
  expect(await read({ all: true })).toMatchObject({ updated: 2 })
  expect(await world.watermark()).toBe('20260111')
})

test('of a record with 947 items each is an item', async () => {
  const ids = Array.from({ length: 947 }, (_, at) => `a.${at}`)
  await world.core.add(solrRecordOf('r1', ids))
  expect(await world.read()).toMatchObject({ new: 947 })
})
