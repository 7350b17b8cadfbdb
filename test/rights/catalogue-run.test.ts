import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { cutBefore } from '../chaos/http-faults.ts'
import { type HttpMeddling, send } from '../chaos/http-proxy.ts'
import { testSolr } from '../services/solr/own-things.ts'
import { type CatalogueWorld, catalogueWorld, isLaterPage } from './catalogue-world.ts'
import { rightsOf, solrRecordOf } from './pass.ts'
import { census, runTask } from './person.ts'

const solr = await testSolr('solr')
afterAll(() => solr.drop())

let world: CatalogueWorld
beforeEach(async () => {
  world = await catalogueWorld(solr)
})
afterEach(() => world.close())

const many = Array.from({ length: 450 }, (_, at) => solrRecordOf(`m${String(at).padStart(3, '0')}`, [`m.${at}`]))
const withdrawn = async () => [...(await world.rights())].flatMap(([htid, row]) => (row.withdrawn ? htid : [])).sort()

test('what vanished from the core without a tombstone is withdrawn by a census, and by nothing else', async () => {
  const { core, library } = world
  await core.add(...many, solrRecordOf('r1', ['a.1', 'a.2']), solrRecordOf('r2', ['b.1', 'b.2']))
  await runTask(library, 'catalogue', { kind: 'new' })
  await core.remove('r1')
  await core.add(solrRecordOf('r2', ['b.1']), solrRecordOf('r3', ['a.2']))
  await runTask(library, 'catalogue', { kind: 'all' })
  expect(await withdrawn()).toEqual([])
  expect(await census(library, 'catalogue')).toEqual({ items: 454, missing: 2, withdrawn: 2 })
  expect(await withdrawn()).toEqual(['a.1', 'b.2'])
  expect(await rightsOf(library, 'a.2')).toMatchObject({ record_id: 'r3', withdrawn: false })
})

test('a record with a rights code that nobody knows holds up no census, one that cannot be used does', async () => {
  const { core, library } = world
  const ht_json = JSON.stringify([{ htid: 'u.1', rights: ['nobody-knows', null] }])
  await core.add(...many, solrRecordOf('r1', ['a.1']), { ...solrRecordOf('r2', ['u.1']), ht_json })
  await runTask(library, 'catalogue', { kind: 'new' })
  await core.remove('r1')
  expect(await census(library, 'catalogue')).toEqual({ items: 452, missing: 1, withdrawn: 1 })
  await core.remove('m000')
  await core.add(solrRecordOf('no id', ['b.1']))
  await expect(census(library, 'catalogue')).rejects.toMatchObject({ code: 'PASS_INCOMPLETE' })
})

test('a catalogue that goes away in the middle has nothing withdrawn, and the next census sees all of it', async () => {
  const { core, library, proxy } = world
  await core.add(...many, solrRecordOf('r1', ['a.1']))
  await runTask(library, 'catalogue', { kind: 'new' })
  await core.remove('r1')
  const strike = proxy.strike(isLaterPage, cutBefore)
  await expect(census(library, 'catalogue', { yes: true })).rejects.toMatchObject({ code: 'SOURCE_SERVER_UNAVAILABLE' })
  expect(await withdrawn()).toEqual([])
  strike.end()
  await library.closeBreakers()
  expect(await census(library, 'catalogue')).toEqual({ items: 451, missing: 1, withdrawn: 1 })
})

test('an item that a record came to name while all was read stays', async () => {
  const { core, library, proxy } = world
  await core.add(...many, solrRecordOf('r1', ['a.1']))
  await runTask(library, 'catalogue', { kind: 'new' })
  await core.remove('r1')
  // behind the cursor
  const come: HttpMeddling = async ({ pass, response }) => {
    await core.add(solrRecordOf('a0', ['a.1']))
    send(response, await pass())
  }
  const strike = proxy.strike(({ body }) => body.includes('q=ht_id%3A'), come, 1)
  expect(await census(library, 'catalogue')).toEqual({ items: 451, missing: 0, withdrawn: 0 })
  expect(strike.count).toBe(1)
})

test('--record reads one record of the core, --broken those that could not be used', async () => {
  const { core, library } = world
  await core.add(solrRecordOf('r1', ['a.1']), { ...solrRecordOf('r2', ['a.2']), ht_json: '{' })
  const first = await runTask(library, 'catalogue', { kind: 'new' })
  expect(first.counts.bad).toBeGreaterThan(0)
  expect((await runTask(library, 'catalogue', { kind: 'broken' })).flaw).toMatch(/still cannot be used/)
  await core.add(solrRecordOf('r1', ['a.1'], 'Another'), solrRecordOf('r2', ['a.2']))
  expect(await runTask(library, 'catalogue', { kind: 'broken' })).toMatchObject({ flaw: null, counts: { seen: 1 } })
  expect(await world.errors()).toEqual([])
  expect(await rightsOf(library, 'a.1')).toMatchObject({ rev: 1 })
  expect(await runTask(library, 'catalogue', { kind: 'record', id: 'r1' })).toMatchObject({ counts: { updated: 1 } })
  await expect(runTask(library, 'catalogue', { kind: 'record', id: 'r"9' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})
