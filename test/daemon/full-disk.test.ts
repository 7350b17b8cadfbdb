import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { applyTargets } from '../../src/ctl/apply-targets.ts'
import { ensureDatabase } from '../../src/embedded-postgres/database.ts'
import { acquireServer } from '../../src/embedded-postgres/server.ts'
import { checkAtRest } from '../../src/state/audit/invariants.ts'
import { migrate } from '../../src/state/migrate.ts'
import { openState, type State } from '../../src/state/open-state.ts'
import { mariadbDatabases } from '../services/mariadb/databases.ts'
import { change, enqueue } from '../state/fixture.ts'
import { contentOf, type Library, openLibrary } from './library.ts'
import { endAll, runOnce, start } from './processes.ts'

const isRoot = process.getuid?.() === 0

describe.skipIf(!isRoot)('a full disk of the state database (as root: a small disk is mounted)', () => {
  const disk = mkdtempSync(join(tmpdir(), 'slip-full-disk-'))
  const filler = join(disk, 'filler')
  let library: Library
  let server: { url: string; close(): Promise<void> }
  let state: State
  let configFile: string

  beforeAll(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=755', 'tmpfs', disk])
    server = await startOn(disk)
    library = await openLibrary()
    library.lay('day-1')
    const config = parse(readFileSync(library.configFile, 'utf8'))
    configFile = join(library.folder, 'full.yaml')
    writeFileSync(configFile, stringify({ ...config, database: { url: server.url }, breaker: { storm: 1 } }))
    const loaded = loadConfig(configFile)
    state = await openState(loaded, { applicationName: 'test' })
    await migrate(state.db)
    await applyTargets(loaded, state)
  })
  afterEach(endAll)
  afterAll(async () => {
    await state?.close()
    await library?.close()
    await server?.close()
    execFileSync('umount', ['--lazy', disk])
    rmSync(disk, { recursive: true })
  })

  /** Until not a page is left, or no more than so many bytes. */
  function fill(left = 0): void {
    const { bavail, bsize } = statfsSync(disk)
    try {
      writeFileSync(filler, Buffer.alloc(bavail * bsize - left))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }

  test('is waited for, and when there is space the daemon goes on and nothing is lost', async () => {
    fill()
    const daemon = start('rights', configFile)
    expect(await daemon.event('daemon.waiting')).toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    rmSync(filler)
    for (const stage of ['rights', 'enqueue', 'index'] as const) {
      expect([stage, (await runOnce(stage, configFile)).code]).toEqual([stage, 0])
    }
    daemon.kill('SIGTERM')
    expect((await daemon.exit).code).toBe(0)
    expect((await state.db.query('SELECT 1 FROM slip_indexed')).length).toBeGreaterThan(10)
    expect(await checkAtRest(state.db, 'main', contentOf(library.engine, 2))).toEqual([])
  })

  test('in the middle of enqueueing and indexing is waited for by both, and each item is done once there is space', async () => {
    const htids = Array.from({ length: 8_000 }, (_, n) => `full.${String(n).padStart(5, '0')}`)
    for (let from = 0; from < htids.length; from += 2_000) await change(state.db, htids.slice(from, from + 2_000))
    await enqueue(state.db, htids.slice(0, 500))
    const index = start('index', configFile)
    await index.event('index.claimed')
    // its log begins a new file, for which there is no room later, and without which no server goes on
    if (state.db.dialect === 'postgres') await state.db.query('SELECT pg_switch_wal()')
    await state.db.query('CREATE TABLE filled (n integer)')
    fill(roomFor[state.db.dialect])
    const daemons = [index, start('enqueue', configFile)]
    for (const daemon of daemons)
      expect(await daemon.event('daemon.waiting')).toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    expect((await state.db.query('SELECT 1 FROM slip_queue')).length).toBeGreaterThan(0)
    rmSync(filler)
    const inError = `SELECT count(*) AS items FROM slip_errors WHERE htid LIKE 'full.%' AND resolved_at IS NULL`
    while (Number((await state.db.query(inError))[0]?.items) < htids.length);
    for (const daemon of daemons) {
      daemon.kill('SIGTERM')
      expect((await daemon.exit).code).toBe(0)
      expect(daemon.events.filter(({ event }) => event === 'index.unbalanced')).toEqual([])
    }
    expect(await state.db.query('SELECT 1 FROM slip_queue')).toEqual([])
    expect(await checkAtRest(state.db, 'main', contentOf(library.engine, 2))).toEqual([])
  })
})

/** Bytes in which the first items of thousands find room. */
const roomFor = { postgres: 1_500_000, mysql: 6_000_000 }

async function startOn(disk: string) {
  if (inject('stateServer') === 'postgres') {
    const folder = join(disk, 'postgres')
    mkdirSync(folder)
    const server = await acquireServer(folder, { durable: false })
    await ensureDatabase(server, 'slip')
    return { url: server.url('slip'), close: () => server.release() }
  }
  const { findBinaries } = await import('../services/mariadb/binaries.ts')
  const { startInstance } = await import('../services/mariadb/instance.ts')
  const before = process.env.TMPDIR
  chmodSync(disk, 0o755)
  process.env.TMPDIR = disk
  const server = await startInstance(await findBinaries(() => {}))
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  await mariadbDatabases.create(server.url, 'slip')
  return { url: `${server.url}slip`, close: () => server.close() }
}
