import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { databaseClock } from '../../src/state/clock.ts'
import { heartbeat } from '../../src/state/control/worker.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { worker } from '../state/fixture.ts'
import { launcher, slipctl, typed } from './slipctl.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
beforeEach(async () => {
  for (const table of ['slip_worker', 'slip_control']) await rows(`DELETE FROM ${table}`)
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)
const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])

/** slipctl pause --drain as a process, and a promise of the first line that tells what it waits for. */
function drain(...args: string[]) {
  const child = spawn(process.execPath, [launcher, 'pause', ...args, '--drain', '--config', library.configFile])
  const lines = createInterface({ input: child.stderr })
  const said: string[] = []
  const waiting = new Promise<string>((found) =>
    lines.on('line', (line) => {
      said.push(line)
      if (line.includes('waiting for')) found(line)
    }),
  )
  return { child, waiting, said, exit: once(child, 'close').then(([code]) => code) }
}

test('a drain shows whom it waits for, and ends when that worker has read the pause', async () => {
  const token = await worker(library.state.db, 'far-host', 4711)
  const { waiting, exit } = drain('stage:index')
  expect(await waiting).toMatch(/0\/1 {2}waiting for 1 worker to read the pause \(index far-host 4711\)$/)
  await heartbeat(library.state.db, token, await databaseClock(library.state.db))
  expect(await exit).toBe(0)
  expect(await rows('SELECT scope, name, drain FROM slip_control')).toEqual([
    { scope: 'stage', name: 'index', drain: true },
  ])
})

test('Ctrl-C ends the waiting, leaves the pause in force, and says so', async () => {
  await worker(library.state.db)
  const { child, waiting, said, exit } = drain('all')
  await waiting
  child.kill('SIGINT')
  expect(await exit).toBe(130)
  expect(said.join('\n')).toMatch(/the pause stays in force; .*slipctl.* resume all ends it/)
  expect(await rows('SELECT scope FROM slip_control')).toEqual([{ scope: 'all' }])
})

test('a drain ends with 5 when its pause is taken away meanwhile', async () => {
  await worker(library.state.db)
  const { waiting, exit } = drain('all')
  await waiting
  await rows('DELETE FROM slip_control')
  expect(await exit).toBe(5)
})

test('where nobody runs a drain returns at once; --timeout without --drain is refused', async () => {
  expect((await ctl('pause', 'all', '--drain')).out).toBe(
    'paused all until it is resumed\ndrained all: everybody has read the pause, and nothing in it is claimed\n',
  )
  expect(await ctl('pause', 'all', '--timeout', '1s')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--timeout goes with --drain'),
  })
  expect(await ctl('pause', 'all', '--drain', '--timeout', 'soon')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--timeout soon is not a duration such as 30m'),
  })
})

test('the workers are listed with what they hold', async () => {
  expect((await ctl('workers')).out).toBe('Workers: none runs\n')
  const token = await worker(library.state.db, 'far-host', 4711)
  await rows(
    `INSERT INTO slip_claim (token, worker, pid, host, target, lane, shard, htids, claimed_at, lease_until)
     VALUES (gen_random_uuid(), '${token}', 4711, 'far-host', 'main', 1, 2, ARRAY['a.1', 'a.2'], now(), now() + interval '1 minute')`,
  )
  await rows(`INSERT INTO slip_duty (name, token, until) VALUES ('reap', '${token}', now() + interval '1 minute')`)
  expect((await ctl('workers')).out).toMatch(
    /^ {2}index +far-host +4711 +0.1.0 +2\S+ \S+ +\d+ s ago +alive +2 items of main daily\/2, duties reap$/m,
  )
  expect(JSON.parse((await ctl('workers', '--json')).out).workers).toMatchObject([
    { stage: 'index', host: 'far-host', pid: 4711, claims: [{ items: 2 }], duties: ['reap'] },
  ])
})

test('daemons that died are counted, and listed where that is of late, they hold something, or --all asks for them', async () => {
  const { db } = library.state
  await rows('DELETE FROM slip_claim')
  for (const [host, minutes] of [
    ['alive', null],
    ['silent', null],
    ['of-late', 30],
    ['long-ago', 90],
    ['holds', 90],
    ['longer-ago', 3_000],
  ] as const) {
    const token = await worker(db, host)
    const expired = minutes === null ? 'NULL' : `now() - interval '${minutes} minutes'`
    const heard = host === 'silent' ? `now() - interval '61 seconds'` : 'now()'
    await rows(`UPDATE slip_worker SET expired_at = ${expired}, heartbeat_at = ${heard} WHERE token = '${token}'`)
    if (host === 'holds') {
      await rows(`INSERT INTO slip_claim (token, worker, pid, host, target, lane, shard, htids, claimed_at, lease_until)
        VALUES (gen_random_uuid(), '${token}', 1, 'holds', 'main', 1, 2, ARRAY['a.1'], now(), now())`)
    }
  }
  const hostsIn = (out: string) => [...out.matchAll(/^ {2}index +(\S+)/gm)].map(([, host]) => host)
  const { out: short } = await ctl('workers')
  expect(hostsIn(short)).toEqual(['alive', 'holds', 'of-late', 'silent'])
  expect(short).toMatch(/ of-late .* expired 3\d min ago +nothing\n/)
  expect(short).toMatch(/ silent .* dead +nothing\n/)
  const command = /^ {2}2 more expired over an hour ago: (.* workers --all)\n$/m.exec(short)?.[1] ?? ''
  const { out: whole } = await typed(command)
  expect(hostsIn(whole)).toEqual(['alive', 'holds', 'long-ago', 'longer-ago', 'of-late', 'silent'])
  expect(whole).not.toContain('more')
  const { out: status } = await ctl('status')
  expect(hostsIn(status)).toEqual(['alive', 'silent'])
  expect(status).toMatch(/^ {2}4 expired, the last 3\d min ago: .* workers --all$/m)
  for (const command of ['workers', 'status']) {
    const { workers } = JSON.parse((await ctl(command, '--json')).out)
    const hosts = workers.flatMap(({ host, expired }: { host: string; expired: boolean }) => (expired ? [host] : []))
    expect(hosts).toEqual(['holds', 'long-ago', 'longer-ago', 'of-late'])
  }
  await rows(`DELETE FROM slip_worker WHERE expired_at IS NULL`)
  expect((await ctl('status')).out).toMatch(/^Workers: none\n {2}4 expired, /m)
})
