import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { closeBreaker } from '../../src/state/control/breaker.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { slipctl } from '../ctl/slipctl.ts'
import { change, later } from '../state/fixture.ts'
import { type Library, openLibrary } from './library.ts'
import { endAll, runOnce, start } from './processes.ts'

const bad = Array.from({ length: 5_000 }, (_, at) => `bad.${String(at).padStart(5, '0')}`)

let library: Library
beforeAll(async () => {
  // a batch in the middle of which the brake sets in
  library = await openLibrary({ config: { indexer: { attempts: 1, environmentBackoff: '10m', batch: 30 } } })
  // something the repository must hold to be there
  library.lay('day-1')
  await change(library.state.db, bad)
})
beforeEach(async () => {
  for (const table of ['slip_queue', 'slip_claim', 'slip_errors', 'slip_breaker']) await rows(`DELETE FROM ${table}`)
  await ask(bad)
})
afterEach(endAll)
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)
const count = async (from: string) => Number((await rows(`SELECT count(*) AS n FROM ${from}`))[0]?.n)
const ask = (htids: readonly string[]) =>
  library.state.db.transaction((tx) => requestItems(tx, 'main', htids, { lane: 'ops', reason: 'test' }))
const states = () =>
  rows('SELECT state, attempts, count(*) AS items FROM slip_queue GROUP BY state, attempts ORDER BY state')

function configOf(part: Record<string, unknown>): string {
  const file = join(library.folder, 'storm.yaml')
  writeFileSync(file, stringify({ ...parse(readFileSync(library.configFile, 'utf8')), ...part }))
  return file
}

test('5,000 items that all end in one error leave some hundred error rows; the rest is handed back unburnt', async () => {
  const { code, words } = await runOnce('index', library.configFile)
  expect(code).toBe(6)
  expect(words).toMatch(
    /^STORM_BRAKE: main is suspended: STORM_BRAKE: 100 of the last 100 items ended in RECORD_MISSING/,
  )
  expect(await count('slip_errors')).toBe(100)
  expect(await states()).toEqual([{ state: 0, attempts: 0, items: 4_900 }])
  expect(await rows('SELECT kind, name FROM slip_breaker')).toEqual([{ kind: 'target', name: 'main' }])
})

test('a storm is probed without burning anything: what fails is put off, and the next probe meets other items', async () => {
  await runOnce('index', library.configFile)
  for (let probe = 1; probe <= 3; probe++) {
    expect((await runOnce('index', library.configFile)).code).toBe(6)
    expect(await states()).toEqual([
      { state: 0, attempts: 0, items: 4_900 - 30 * probe },
      { state: 2, attempts: 0, items: 30 * probe },
    ])
  }
  expect(await count('slip_errors')).toBe(100)
  expect(await rows('SELECT failures, reason FROM slip_breaker')).toEqual([
    { failures: 4, reason: 'STORM_BRAKE: 30 of the last 30 items ended in RECORD_MISSING' },
  ])
})

test('a probe that goes well ends the storm', async () => {
  await runOnce('index', library.configFile)
  await rows('DELETE FROM slip_queue')
  await rows('UPDATE slip_rights SET attr = 8')
  await ask(bad.slice(0, 200))
  const daemon = start('index', library.configFile)
  await daemon.event('daemon.ready')
  await rows(`UPDATE slip_breaker SET next_probe = next_probe - INTERVAL '601' SECOND`)
  await daemon.event('breaker.closed')
  daemon.kill('SIGTERM')
  await daemon.exit
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await states()).toEqual([])
  await rows('UPDATE slip_rights SET attr = 1')
})

const putOff = (when = '') => count(`slip_queue WHERE state = 2 AND last_error LIKE 'STORM%' ${when}`)
const notSoon = () => putOff(`AND available_at > ${later(library.state.db, 10)}`)
async function stormProbed() {
  await runOnce('index', library.configFile)
  await runOnce('index', library.configFile)
  expect([await putOff(), await notSoon()]).toEqual([30, 30])
}

test('what the probes of a storm put off is due within seconds when a person resumes the target', async () => {
  await stormProbed()
  expect((await slipctl(['resume', 'target:main', '--config', library.configFile])).out).toBe('resumed target:main\n')
  expect([await putOff(), await notSoon()]).toEqual([30, 0])
})

test('what the probes of a storm put off is due within seconds when one goes well', async () => {
  await stormProbed()
  await rows('UPDATE slip_rights SET attr = 8')
  const daemon = start('index', library.configFile)
  await daemon.event('daemon.ready')
  await rows(`UPDATE slip_breaker SET next_probe = next_probe - INTERVAL '601' SECOND`)
  await daemon.event('breaker.closed')
  expect(await notSoon()).toBe(0)
  daemon.kill('SIGTERM')
  await daemon.exit
  await rows('UPDATE slip_rights SET attr = 1')
})

test('a person who resumes it starts the count anew: some hundred more, and it is suspended again', async () => {
  const daemon = start('index', library.configFile)
  const opened = () => daemon.events.filter(({ event }) => event === 'breaker.opened').length
  await daemon.event('breaker.opened')
  await closeBreaker(library.state.db, { kind: 'target', name: 'main' })
  while (opened() < 2) await new Promise(setImmediate)
  daemon.kill('SIGTERM')
  await daemon.exit
  expect(await count('slip_errors')).toBe(200)
})

test('with a storm share of 1 every item ends in its own error', async () => {
  await rows(`DELETE FROM slip_queue WHERE htid >= 'bad.00300'`)
  expect((await runOnce('index', configOf({ breaker: { storm: 1 } }))).code).toBe(0)
  expect(await count('slip_errors')).toBe(300)
})
