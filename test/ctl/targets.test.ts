import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { openTargetEngine } from '../../src/daemon/engines.ts'
import { checkAtRest } from '../../src/state/audit/invariants.ts'
import { openFirstDay } from '../daemon/first-day.ts'
import { contentOf, type Library } from '../daemon/library.ts'
import { endAll, runOnce, start } from '../daemon/processes.ts'
import { type TestDatabase, testDatabase } from '../services/database.ts'
import { slipctl } from './slipctl.ts'

let library: Library
let second: TestDatabase
/** The configuration with a second target. */
let both: string
beforeAll(async () => {
  library = await openFirstDay()
  // long ago: what is younger than the overlap would be read by the watermark of the new target too
  await rows(`UPDATE slip_rights SET insert_time = '2026-01-01 00:00:00'`)
  second = await testDatabase()
  const config = parse(readFileSync(library.configFile, 'utf8'))
  config.targets.second = { ...config.targets.main, urls: [second.url] }
  both = join(library.folder, 'both.yaml')
  writeFileSync(both, stringify(config))
})
afterEach(endAll)
afterAll(async () => {
  await library.close()
  await second.drop()
})

const ctl = (config: string, ...args: string[]) => slipctl([...args, '--config', config])
const rows = (sql: string) => library.state.db.query(sql)
const stateOf = async (name: string) => (await rows(`SELECT state FROM slip_target WHERE name = '${name}'`))[0]?.state

test('a target added to a library is filled in lane bulk while the daemons run, and is then live and true', async () => {
  expect((await ctl(both, 'targets', 'apply')).out).toMatch(/^second: new$/m)
  expect((await ctl(both, 'targets', 'list')).out).toMatch(/^second .*filling: 0 swept, 0 queued, 0 in the ledger/m)
  const enqueue = start('enqueue', both)
  await enqueue.event('enqueue.sweep')
  expect(await rows(`SELECT DISTINCT lane FROM slip_queue WHERE target = 'second'`)).toEqual([{ lane: 3 }])
  expect((await ctl(both, 'targets', 'list')).out).toMatch(
    /^second .*filling: \d\d swept, \d\d queued, 0 in the ledger/m,
  )
  const index = start('index', both)
  expect(await enqueue.event('target.live')).toMatchObject({ target: 'second' })
  expect((await ctl(both, 'targets', 'list')).out).toMatch(/^second .* live +the same$/m)
  const { engine, close } = await openTargetEngine(loadConfig(both), library.state, 'second')
  expect(await checkAtRest(library.state.db, 'second', contentOf(engine, 2))).toEqual([])
  await close()
  for (const daemon of [enqueue, index]) {
    daemon.kill('SIGTERM')
    await daemon.exit
  }
})

test('targets lag tells each target apart, and status --json the same', async () => {
  await rows(`UPDATE slip_rights SET rev = rev + 1, insert_time = CURRENT_TIMESTAMP(6) WHERE htid LIKE '%11'`)
  await rows(`UPDATE slip_watermark SET value = '2026-01-02 00:00:00+00' WHERE stage = 'enqueue' AND name = 'main'`)
  const { out, code } = await ctl(both, 'targets', 'lag')
  expect(code).toBe(0)
  expect(out).toMatch(/^target +state +behind +changed +unread +daily +ops +bulk +alone +oldest +errors$/m)
  expect(out).toMatch(/^main +live +\d+ d +1 +1 +0 +0 +0 +0 +3$/m)
  expect(out).toMatch(/^second +live +\d+ (s|min) +1 +1 +0 +0 +0 +0 +3$/m)
  const told = async (...words: string[]) => JSON.parse((await ctl(both, ...words, '--json')).out)
  const lag = (all: { watermarkSeconds: number }[]) => all.map(({ watermarkSeconds: _, ...row }) => row)
  const { targets, now } = await told('targets', 'lag')
  expect(targets).toMatchObject([
    { target: 'main', state: 'live', watermark: '2026-01-02T00:00:00.000000Z', changed: 0, unread: 1, errors: 3 },
    { target: 'second', changed: 0, unread: 1 },
  ])
  expect(now).toMatch(/Z$/)
  expect(lag((await told('status')).lag)).toEqual(lag(targets))
  await rows(`UPDATE slip_rights SET rev = rev - 1, insert_time = '2026-01-01 00:00:00' WHERE htid LIKE '%11'`)
})

test('a target is not retired while it is configured, unknown, or without --yes', async () => {
  expect(await ctl(both, 'targets', 'retire', 'second', '--yes')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^slipctl: TARGET_IN_USE: targets.second is still in the configuration/),
  })
  expect(await ctl(library.configFile, 'targets', 'retire', 'secnd', '--yes')).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no target secnd; known: main, second'),
  })
  const counted = await ctl(library.configFile, 'targets', 'retire', 'second')
  expect(counted).toMatchObject({
    code: 2,
    out: expect.stringMatching(
      /^would delete all that is known of second: 0 queued, 37 in the ledger, 3 errors; do it with node bin\/slipctl.cjs --config \S+ targets retire second --yes\n$/,
    ),
  })
  expect(await stateOf('second')).toBe('live')
})

test('a retiring target is left alone by daemons that still name it, which do not start again; its rows go, and those of others stay', async () => {
  const main = await rows(`SELECT * FROM slip_indexed WHERE target = 'main' ORDER BY htid`)
  const errors = await rows(`SELECT id FROM slip_errors WHERE target = 'main'`)
  const old = start('index', both)
  await old.event('daemon.ready')
  expect(await ctl(library.configFile, 'targets', 'retire', 'second', '--yes')).toMatchObject({ code: 0 })
  expect(await runOnce('index', both)).toMatchObject({
    code: 2,
    words: expect.stringMatching(/^TARGET_MISMATCH: targets.second is being retired/),
  })
  expect(await ctl(both, 'targets', 'apply')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^slipctl: TARGET_MISMATCH: targets.second is being retired; nothing was done/),
  })
  expect((await ctl(library.configFile, 'enqueue', '--all')).out).toMatch(/for main$/m)
  const enqueue = start('enqueue', library.configFile)
  expect(await enqueue.event('target.retired')).toMatchObject({ target: 'second' })
  for (const table of ['slip_queue', 'slip_indexed', 'slip_errors', 'slip_shard'])
    expect(await rows(`SELECT 1 FROM ${table} WHERE target = 'second'`), table).toEqual([])
  expect((await ctl(library.configFile, 'targets', 'list')).out).not.toContain('second')
  old.kill('SIGTERM')
  expect((await old.exit).code).toBe(0)
  expect(old.events.filter(({ event, target }) => event === 'index.claimed' && target === 'second')).toEqual([])
  expect(
    await rows(
      `SELECT id FROM slip_errors WHERE target = 'main' AND id <= ${Math.max(...errors.map(({ id }) => id as number))}`,
    ),
  ).toEqual(errors)
  expect(await rows(`SELECT 1 FROM slip_indexed WHERE target = 'main'`)).toHaveLength(main.length)
})
