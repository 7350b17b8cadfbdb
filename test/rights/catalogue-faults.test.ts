import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { Breakers } from '../../src/daemon/breakers.ts'
import { openCatalogues } from '../../src/rights/catalogues.ts'
import { readSources } from '../../src/rights/sources.ts'
import { answering, cutBefore, cutWithin, flipped, page, reworded, truncated } from '../chaos/http-faults.ts'
import type { HttpMeddling } from '../chaos/http-proxy.ts'
import { endAll, start } from '../daemon/processes.ts'
import { testSolr } from '../services/solr/own-things.ts'
import { type CatalogueWorld, catalogueWorld, isLaterPage } from './catalogue-world.ts'
import { passOver, rightsOf, solrRecordOf } from './pass.ts'

const solr = await testSolr('solr')
afterAll(() => solr.drop())

let world: CatalogueWorld
beforeEach(async () => {
  world = await catalogueWorld(solr)
})
afterEach(async () => {
  await endAll()
  await world.close()
})

const many = Array.from({ length: 450 }, (_, at) => {
  const id = String(at + 1).padStart(9, '0')
  return solrRecordOf(id, [`a.${id}`], 'A title', '20260110')
})
const json = { 'content-type': 'application/json' }

test('an answer that is none is an environment fault with its code; nothing of it is taken, and the next pass goes on there', async () => {
  const { core, proxy, read } = world
  await core.add(...many)
  await read({ stop: stopAfterFirstPage() })
  const before = await world.watermark()
  expect(before).toMatch(/^none reading since none from \d{8} seen 20260110 at \S+$/)
  const cursor = before?.split(' ').at(-1) ?? ''
  const faults: [name: string, fault: HttpMeddling, code: string][] = [
    ['connection cut before', cutBefore, 'SOURCE_SERVER_UNAVAILABLE'],
    ['connection cut within', cutWithin, 'SOURCE_SERVER_UNAVAILABLE'],
    ['503', page(503, { 'retry-after': '1' }), 'SOURCE_SERVER_UNAVAILABLE'],
    ['a page for browsers', page(200), 'SOURCE_ANSWER_INVALID'],
    ['truncated', truncated, 'SOURCE_ANSWER_INVALID'],
    ['one bit flipped', flipped, 'SOURCE_ANSWER_INVALID'],
    ['not UTF-8', latin1, 'SOURCE_ANSWER_INVALID'],
    ['another kind of JSON', answering(200, json, '[]'), 'SOURCE_ANSWER_INVALID'],
    ['null', answering(200, json, 'null'), 'SOURCE_ANSWER_INVALID'],
    ['docs of another type', reworded(/"docs":\[/, '"docs":7,"more":['), 'SOURCE_ANSWER_INVALID'],
    ['no cursor', reworded(/"nextCursorMark"/, '"next"'), 'SOURCE_ANSWER_INVALID'],
    [
      'a cursor that stands still',
      reworded(/"nextCursorMark":"[^"]*"/, `"nextCursorMark":"${cursor}"`),
      'SOURCE_ANSWER_INVALID',
    ],
    ['no records before the end', reworded(/"docs":\[.*\]\s*\}/s, '"docs":[]}'), 'SOURCE_ANSWER_INVALID'],
    ['a shard is away', reworded(/"status":0/, '"status":0,"partialResults":true'), 'SOURCE_ANSWER_INVALID'],
    ['not found', page(404), 'SOURCE_ANSWER_INVALID'],
  ]
  for (const [name, fault, code] of faults) {
    const strike = proxy.strike(isLaterPage, fault)
    await expect(read(), name).rejects.toMatchObject({ code, class: 'environment' })
    expect(strike.count, name).toBe(1)
    strike.end()
    expect(await world.watermark(), name).toBe(before)
  }
  expect(cursor).not.toBe('*')
  expect((await world.rights()).size).toBe(0)
  expect(await read()).toMatchObject({ new: 450, bad: 0 })
  expect(await world.watermark()).toBe('20260110')
  expect(await world.errors()).toEqual([])
})

/** The answer in another encoding than it says. */
const latin1: HttpMeddling = async ({ pass, response }) => {
  const { status, body } = await pass()
  response.writeHead(status, json).end(Buffer.from(body.toString().replaceAll('A title', 'Ä title'), 'latin1'))
}

/** Stops the process once the second page is asked for. */
function stopAfterFirstPage(): AbortSignal {
  const stop = new AbortController()
  world.proxy.strike(isLaterPage, () => stop.abort(), 1)
  return stop.signal
}

test('a pass that was broken off goes on behind the last page it has taken', async () => {
  const { core, proxy, read } = world
  await core.add(...many)
  const strike = proxy.strike(isLaterPage, cutBefore, 1)
  await expect(read()).rejects.toMatchObject({ code: 'SOURCE_SERVER_UNAVAILABLE' })
  strike.end()
  const asked = world.cursors().length
  expect(await read()).toMatchObject({ new: 450 })
  expect(world.cursors()[asked]).toBe(world.cursors()[asked - 1])
  expect(world.cursors()[asked]).not.toBe('*')
})

test('a cursor that the core no more understands is given up, and the next pass begins anew', async () => {
  const { core, read } = world
  await core.add(...many)
  await read()
  await world.setWatermark('20260110 reading since 20260108 from 20260111 seen 20260110 at none-of-solr')
  await expect(read()).rejects.toMatchObject({ code: 'SOURCE_ANSWER_INVALID', message: expect.stringContaining('400') })
  expect(await world.watermark()).toBe('20260110')
  expect(await read()).toMatchObject({ noop: 450 })
})

test('a Solr that is away is left alone behind a breaker of its own, and what it has comes when it is back', async () => {
  const { core, proxy, library } = world
  await core.add(many[0] ?? {})
  const pass = { ...passOver(library), catalogues: openCatalogues(library.config, false) }
  const breakers = new Breakers(library.state.db, pass.bus, { failures: 2, probe: 1 }, false)
  const step = async () => {
    await breakers.refresh()
    const { away } = await readSources(pass, breakers, false)
    await breakers.flush()
    return away.map(({ code }) => code)
  }
  const strike = proxy.strike(() => true, cutBefore)
  expect([await step(), await step()]).toEqual([['SOURCE_SERVER_UNAVAILABLE'], ['SOURCE_SERVER_UNAVAILABLE']])
  expect(await library.state.db.query('SELECT kind, name FROM slip_breaker')).toEqual([
    { kind: 'source', name: 'catalogue' },
  ])
  strike.end()
  await library.closeBreakers()
  await breakers.refresh()
  expect(await step()).toEqual([])
  expect(pass.tally.counts).toMatchObject({ new: 1 })
  await pass.catalogues.get('catalogue')?.solr.close()
})

test('slip-rights --once ends with 7 while the Solr is away, and with 0 when all is read; --full reads it whole', async () => {
  const { core, proxy, library } = world
  await core.add(many[0] ?? {})
  const run = async (...args: string[]) => (await start('rights', library.configFile, '--once', ...args).exit).code
  const strike = proxy.strike(() => true, page(502))
  expect(await run()).toBe(7)
  strike.end()
  await library.closeBreakers()
  expect(await run()).toBe(0)
  expect(await rightsOf(library, 'a.000000001')).toMatchObject({ rev: 1 })
  await core.add(solrRecordOf('000000001', ['a.000000001'], 'Another', '20260101'))
  expect(await run()).toBe(0)
  expect(await rightsOf(library, 'a.000000001')).toMatchObject({ rev: 1 })
  expect(await run('--full')).toBe(0)
  expect(await rightsOf(library, 'a.000000001')).toMatchObject({ rev: 2 })
})
