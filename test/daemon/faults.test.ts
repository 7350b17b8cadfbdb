import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { pause, resume } from '../../src/state/control/pause.ts'
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
})
beforeEach(async () => {
  await runOnce('rights', library.configFile)
  await askAnew(library)
})
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

async function finish() {
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await library.violations()).toEqual([])
}

/** A configuration like the library's with one part replaced. */
function changedConfig(part: Record<string, unknown>): string {
  const file = join(library.folder, 'changed.yaml')
  writeFileSync(file, stringify({ ...parse(readFileSync(library.configFile, 'utf8')), ...part }))
  return file
}

test('a database that is away at the start is waited for; the daemon works when it comes', async () => {
  database.set(false)
  const daemon = start('index', library.configFile)
  expect(await daemon.event('daemon.waiting')).toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  database.set(true)
  expect(await daemon.event('index.batch')).toMatchObject({ fencedOut: 0 })
})

test('a database that is away ends --once with exit code 7 and one sentence', async () => {
  database.set(false)
  const { code, words } = await runOnce('index', library.configFile)
  expect(code).toBe(7)
  expect(words).toMatch(/^DATABASE_UNAVAILABLE: the database at 127\.0\.0\.1:\d+\/test_\w+ does not answer/)
  expect(words).not.toMatch(/ {4}at /)
})

test('a database that goes away between post and settle is waited for: the batch is settled when it comes back', async () => {
  const daemon = await startHeldAt('slip_indexed', 'writing', async (daemon) => {
    database.set(false)
    expect(await daemon.event('daemon.waiting')).toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  })
  database.set(true)
  expect(await daemon.event('index.batch')).toMatchObject({ fencedOut: 0, returned: 0 })
  daemon.kill('SIGTERM')
  expect((await daemon.exit).code).toBe(0)
  await library.passLease()
  await finish()
})

test('an index that goes away burns no attempt and writes no error; the rows are delayed and unproven', async () => {
  // the first batch is one that needs the index
  await rows(`DELETE FROM slip_queue WHERE action = 'delete'`)
  const daemon = await startHeldAt('slip_rights', 'reading', async () => engine.set(false))
  expect(await daemon.event('index.batch')).toMatchObject({ indexed: 0 })
  daemon.kill('SIGTERM')
  await daemon.exit
  expect(await rows('SELECT DISTINCT state, attempts FROM slip_queue WHERE unproven')).toEqual([
    { state: 2, attempts: 0 },
  ])
  expect(await rows(`SELECT 1 FROM slip_errors WHERE code LIKE 'ENGINE%'`)).toEqual([])
  engine.set(true)
  await library.passLease()
  await runOnce('enqueue', library.configFile)
  await finish()
})

test('a repository that is away burns no attempt and writes no error', async () => {
  const root = join(library.folder, 'pairtree')
  renameSync(root, `${root}.away`)
  const daemon = start('index', library.configFile)
  await daemon.event('index.batch')
  daemon.kill('SIGTERM')
  await daemon.exit
  renameSync(`${root}.away`, root)
  expect(await rows(`SELECT DISTINCT attempts FROM slip_queue`)).toEqual([{ attempts: 0 }])
  expect(await rows(`SELECT 1 FROM slip_errors WHERE code = 'REPOSITORY_UNAVAILABLE'`)).toEqual([])
  await library.passLease()
  await finish()
})

test('a pause by plain SQL stops the stage before its next batch; deleting the row resumes it', async () => {
  await rows(`INSERT INTO slip_control (scope, name, reason) VALUES ('stage', 'index', 'by hand')`)
  const daemon = start('index', library.configFile)
  expect(await daemon.event('daemon.paused')).toMatchObject({ scope: 'stage', name: 'index', reason: 'by hand' })
  expect(daemon.events.some((event) => event.event === 'index.claimed')).toBe(false)
  await rows('DELETE FROM slip_control')
  await daemon.event('daemon.resumed')
  await daemon.event('index.batch')
})

test('a paused shard is not visited and not drawn', async () => {
  await pause(library.state.db, { kind: 'shard', name: 'main/1' }, { by: 'test', reason: '' })
  await runOnce('index', library.configFile)
  const newest = '(SELECT max(rev) FROM slip_rights)'
  expect(await rows(`SELECT 1 FROM slip_indexed WHERE shard = 1 AND rev = ${newest}`)).toEqual([])
  await resume(library.state.db, { kind: 'shard', name: 'main/1' })
  await finish()
})

test('a target that differs from what the database says ends the daemon with exit code 2 and the key', async () => {
  const targets = { main: { engine: 'embedded', shards: 3, lease: '1m', overlap: '200s' } }
  const { code, words } = await runOnce('index', changedConfig({ targets }))
  expect(code).toBe(2)
  expect(words).toMatch(/^TARGET_MISMATCH: targets\.main\.shards is 3 here and 2 in the database/)
})

test('an older schema ends the daemon with exit code 8 and the remedy', async () => {
  await rows('UPDATE slip_schema SET version = 1')
  const { code, words } = await runOnce('index', library.configFile)
  await rows('UPDATE slip_schema SET version = (SELECT count(*) FROM slip_migration)')
  expect(code).toBe(8)
  expect(words).toMatch(/SCHEMA_TOO_OLD: .* version 1, .*\n {2}Run: slipctl db migrate/)
})

test('a schema that no longer admits this release ends the daemon with exit code 8', async () => {
  await rows(`UPDATE slip_schema SET oldest_code = '99.0.0'`)
  const { code, words } = await runOnce('index', library.configFile)
  await rows(`UPDATE slip_schema SET oldest_code = '0.1.0'`)
  expect(code).toBe(8)
  expect(words).toMatch(/SCHEMA_TOO_NEW/)
})

test('a wrong key ends the daemon with exit code 2, the line and the nearest key', async () => {
  const { code, words } = await runOnce('index', changedConfig({ indexer: { batsh: 3 } }))
  expect(code).toBe(2)
  expect(words).toMatch(/changed\.yaml:\d+: indexer\.batsh: unknown key; did you mean batch\?/)
})

test('--once ends with exit code 6 while its stage is paused', async () => {
  await pause(library.state.db, { kind: 'stage', name: 'index' }, { by: 'test', reason: '' })
  expect((await runOnce('index', library.configFile)).code).toBe(6)
  await resume(library.state.db, { kind: 'stage', name: 'index' })
})
