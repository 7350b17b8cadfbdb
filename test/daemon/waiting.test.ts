import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { applyTargets } from '../../src/ctl/apply-targets.ts'
import { pause, resume } from '../../src/state/control/pause.ts'
import { testDatabase } from '../services/database.ts'
import { askAnew } from './ask-again.ts'
import { Door } from './door.ts'
import { type Library, openLibrary } from './library.ts'
import { type Daemon, endGently, runOnce, start } from './processes.ts'

let library: Library
let database: Door
let engine: Door
beforeAll(async () => {
  library = await openLibrary({
    through: async (url) => {
      const opened = await Door.to(url)
      database = opened.door
      return opened.url
    },
    engineThrough: async (url) => {
      const opened = await Door.to(url)
      engine = opened.door
      return opened.url
    },
  })
  library.lay('day-1')
  await runOnce('rights', library.configFile)
})
beforeEach(() => askAnew(library))
afterEach(async () => {
  database.set(true)
  engine.set(true)
  await endGently()
  await library.passLease()
})
afterAll(async () => {
  database.close()
  engine.close()
  await library.close()
})

const rows = (sql: string) => library.state.db.query(sql)

/** Starts slip-index and holds it at a table, in the batch that `work` is to disturb; resolves with the daemon. */
async function startHeldAt(table: string, against: 'reading' | 'writing', work: (daemon: Daemon) => Promise<void>) {
  await pause(library.state.db, { kind: 'stage', name: 'index' }, { by: 'test', reason: '' })
  const daemon = start('index', library.configFile)
  await daemon.event('daemon.ready')
  await library.whileLocked(table, against, async (blocked) => {
    await resume(library.state.db, { kind: 'stage', name: 'index' })
    await blocked()
    await work(daemon)
  })
  return daemon
}

test('a database that goes away while a daemon registers is waited for', async () => {
  const daemon = await library.whileLocked('slip_worker', 'writing', async (blocked) => {
    const daemon = start('index', library.configFile)
    await blocked()
    database.set(false)
    expect(await daemon.event('daemon.waiting')).toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    database.set(true)
    return daemon
  })
  await daemon.event('daemon.ready')
})

test('SIGTERM ends a daemon that waits for a database gone between post and settle; its claim comes back after a lease', async () => {
  await startHeldAt('slip_indexed', 'writing', async (daemon) => {
    database.set(false)
    await daemon.event('daemon.waiting')
    daemon.kill('SIGTERM')
    expect(await daemon.exit).toEqual({ code: 0, signal: null })
  })
  database.set(true)
  await library.passLease()
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await library.violations()).toEqual([])
})

test('an index that is away is told before anything is claimed; --once ends with exit code 7', async () => {
  engine.set(false)
  const { code, words, events } = await runOnce('index', library.configFile)
  expect([code, words.split(':')[0]]).toEqual([7, 'ENGINE_UNAVAILABLE'])
  expect(events.filter(({ event }) => event === 'index.claimed')).toEqual([])
})

test('a repository that is away ends --once with exit code 7: it is not tried for ever', async () => {
  const root = join(library.folder, 'pairtree')
  renameSync(root, `${root}.away`)
  const { code, words } = await runOnce('index', library.configFile)
  renameSync(`${root}.away`, root)
  expect([code, words.split(':')[0]]).toEqual([7, 'REPOSITORY_UNAVAILABLE'])
})

test('of two targets the one whose index is away holds the other back in nothing, and a pause is read before each batch', async () => {
  const second = await testDatabase()
  const config = parse(readFileSync(library.configFile, 'utf8'))
  config.targets.a_dead = { ...config.targets.main, urls: [config.targets.main.urls[0]] }
  config.targets.main = { ...config.targets.main, urls: [second.url] }
  const file = join(library.folder, 'two.yaml')
  writeFileSync(file, stringify(config))
  await applyTargets(loadConfig(file), library.state)
  engine.set(false)
  await runOnce('enqueue', file)
  const daemon = start('index', file)
  await daemon.event('index.batch')
  daemon.kill('SIGTERM')
  expect((await daemon.exit).code).toBe(0)
  expect(daemon.events.filter(({ event, target }) => event === 'index.claimed' && target === 'a_dead')).toEqual([])
  engine.set(true)

  // both are there now: the other is paused while the first batch of either, and what went along with it, is being read
  config.indexer = { ...config.indexer, batch: 2 }
  writeFileSync(file, stringify(config))
  await pause(library.state.db, { kind: 'stage', name: 'index' }, { by: 'test', reason: '' })
  const both = start('index', file)
  await both.event('daemon.ready')
  const before = await library.whileLocked('slip_rights', 'reading', async (blocked) => {
    await resume(library.state.db, { kind: 'stage', name: 'index' })
    await blocked()
    await pause(library.state.db, { kind: 'target', name: 'a_dead' }, { by: 'test', reason: '' })
    return new Set((await rows('SELECT token FROM slip_claim')).map(({ token }) => token))
  })
  const later = () =>
    both.events.filter(({ event, token }) => event === 'index.claimed' && !before.has(token as string))
  while (later().length < 2) await rows('SELECT 1 AS one')
  both.kill('SIGTERM')
  await both.exit
  expect(new Set(later().map(({ target }) => target))).toEqual(new Set(['main']))
  await rows('DELETE FROM slip_control')
  await second.drop()
})
