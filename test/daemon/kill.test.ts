import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { pause, resume } from '../../src/state/control/pause.ts'
import { cutWaiting } from '../state/fixture.ts'
import { askAgain } from './ask-again.ts'
import { type Library, openLibrary } from './library.ts'
import { endAll, runOnce, start } from './processes.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
  library.lay('day-1')
})
beforeEach(async () => {
  await runOnce('rights', library.configFile)
  await askAgain(library)
  // a daemon that starts is held at its gate until the test has locked what it will wait for
  await pause(library.state.db, { kind: 'stage', name: 'index' }, { by: 'test', reason: '' })
})
afterEach(endAll)
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)

async function finish() {
  await resume(library.state.db, { kind: 'stage', name: 'index' })
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await library.violations()).toEqual([])
}

for (const [moment, table, against] of [
  ['before it has read anything', 'slip_rights', 'reading'],
  ['after its documents were posted', 'slip_indexed', 'writing'],
] as const) {
  test(`kill -9 of slip-index in the middle of a batch, ${moment}, loses nothing: its claim comes back after one lease`, async () => {
    const daemon = start('index', library.configFile)
    await daemon.event('daemon.ready')
    await library.whileLocked(table, against, async (blocked) => {
      await resume(library.state.db, { kind: 'stage', name: 'index' })
      await blocked()
      daemon.kill('SIGKILL')
      expect((await daemon.exit).signal).toBe('SIGKILL')
      await cutWaiting(library.state.db)
    })
    const { token, items } = await daemon.event('index.claimed')
    // beside what it had taken while this was under way
    expect(await rows('SELECT token FROM slip_claim')).toContainEqual({ token })
    expect(await rows(`SELECT 1 FROM slip_queue WHERE claim_token = '${token}'`)).toHaveLength(items as number)
    await library.passLease()
    await finish()
    expect(await rows('SELECT 1 FROM slip_claim')).toEqual([])
  })
}

test('kill -9 of slip-index after it sent its settle loses nothing: the server does what it was sent, or the lease ends', async () => {
  const daemon = start('index', library.configFile)
  await daemon.event('daemon.ready')
  await library.whileLocked('slip_indexed', 'writing', async (blocked) => {
    await resume(library.state.db, { kind: 'stage', name: 'index' })
    await blocked()
    daemon.kill('SIGKILL')
    await daemon.exit
  })
  await library.passLease()
  await finish()
  expect(await rows('SELECT 1 FROM slip_claim')).toEqual([])
})

test('SIGTERM hands the claim back without burning an attempt and leaves no worker row', async () => {
  const daemon = start('index', library.configFile)
  await daemon.event('daemon.ready')
  await library.whileLocked('slip_rights', 'reading', async (blocked) => {
    await resume(library.state.db, { kind: 'stage', name: 'index' })
    await blocked()
    daemon.kill('SIGTERM')
    await daemon.event('daemon.stopping')
  })
  expect(await daemon.exit).toEqual({ code: 0, signal: null })
  const { items } = await daemon.event('index.claimed')
  expect(await daemon.event('index.batch')).toMatchObject({ indexed: 0, errors: 0, delayed: 0, returned: items })
  expect(await rows('SELECT 1 FROM slip_claim')).toEqual([])
  expect(await rows(`SELECT 1 FROM slip_worker WHERE pid = ${daemon.process.pid}`)).toEqual([])
  const left = await rows('SELECT DISTINCT state, attempts, strikes, lane FROM slip_queue')
  expect(left).toEqual([{ state: 0, attempts: 0, strikes: 0, lane: 1 }])
  await finish()
})

test('a worker that was expired while it slept ends itself and writes nothing more', async () => {
  const daemon = start('index', library.configFile)
  await daemon.event('daemon.ready')
  await library.whileLocked('slip_rights', 'reading', async (blocked) => {
    await resume(library.state.db, { kind: 'stage', name: 'index' })
    await blocked()
    daemon.kill('SIGSTOP')
  })
  await library.passLease()
  await rows('UPDATE slip_worker SET expired_at = CURRENT_TIMESTAMP(6)')
  await finish()
  const ledger = await rows('SELECT htid, digest, time FROM slip_indexed ORDER BY htid')
  daemon.kill('SIGCONT')
  expect((await daemon.exit).code).toBe(1)
  expect(await rows('SELECT htid, digest, time FROM slip_indexed ORDER BY htid')).toEqual(ledger)
  expect(await library.violations()).toEqual([])
})

test('two processes at once share the work and double nothing', async () => {
  await resume(library.state.db, { kind: 'stage', name: 'index' })
  const [a, b] = await Promise.all([runOnce('index', library.configFile), runOnce('index', library.configFile)])
  expect([a.code, b.code]).toEqual([0, 0])
  await finish()
  const doubled = await rows(
    'SELECT htid FROM slip_rights r JOIN slip_indexed l USING (htid) WHERE l.indexed_ct > r.rev',
  )
  expect(doubled).toEqual([])
})
