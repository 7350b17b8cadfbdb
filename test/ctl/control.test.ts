import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { schemaVersion } from '../../migrations/index.ts'
import { openDatabase } from '../../src/state/database.ts'
import { type TestDatabase, testDatabase } from '../services/database.ts'
import { untilBlocked } from '../state/fixture.ts'
import { launcher, slipctl, typed } from './slipctl.ts'

let folder: string
let state: TestDatabase
let index: TestDatabase
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slip-ctl-'))
  state = await testDatabase()
  index = await testDatabase()
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await state.drop()
  await index.drop()
})

function config(targets: Record<string, object> = { main: {} }): string {
  const file = join(folder, 'slip.yaml')
  const whole = Object.entries(targets).map(([name, own]) => [
    name,
    { engine: 'embedded', urls: [index.url], shards: 2, ...own },
  ])
  writeFileSync(
    file,
    stringify({
      database: { url: state.url },
      repository: { root: 'pairtree' },
      sources: { tree: { kind: 'repository' } },
      targets: Object.fromEntries(whole),
    }),
  )
  return file
}

const ctl = (...args: string[]) => slipctl([...args, '--config', join(folder, 'slip.yaml')])
const json = async (...args: string[]) => JSON.parse((await ctl(...args, '--json')).out)

async function sql(statement: string, values: unknown[] = []) {
  const db = await openDatabase({ url: state.url, applicationName: 'test' })
  try {
    return await db.query(statement, values)
  } finally {
    await db.close()
  }
}

test('an empty database is too old: every command says so with 8, and the command it prints mends it', async () => {
  config()
  expect(await ctl('db', 'status')).toMatchObject({
    code: 8,
    out: expect.stringContaining(`schema version 0, this release needs ${schemaVersion}\npending: 0001-inputs\n`),
  })
  const refused = await ctl('status')
  expect(refused).toMatchObject({ code: 8, err: expect.stringMatching(/^slipctl: SCHEMA_TOO_OLD: /) })
  const migrated = await typed(/Run: (.*)$/m.exec(refused.err)?.[1] ?? '')
  expect(migrated).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(new RegExp(`^ran 0001-inputs\n[\\s\\S]*schema version ${schemaVersion}\n$`)),
  })
  expect(await ctl('db', 'migrate')).toMatchObject({ code: 0, out: `nothing to do: schema version ${schemaVersion}\n` })
  const current = `schema version ${schemaVersion}, this release needs ${schemaVersion}\n`
  expect(await ctl('db', 'status')).toMatchObject({ code: 0, out: expect.stringContaining(current) })
})

test('a schema that admits only newer releases ends with 8', async () => {
  await sql(`UPDATE slip_schema SET oldest_code = '99.0.0'`)
  expect(await ctl('status')).toMatchObject({ code: 8, err: expect.stringContaining('SCHEMA_TOO_NEW') })
  expect(await json('db', 'status')).toMatchObject({ fits: false, oldestCode: '99.0.0', pending: [] })
  await sql(`UPDATE slip_schema SET oldest_code = '0.1.0'`)
})

test('before targets are applied a command that needs one says how to', async () => {
  const { code, err } = await ctl('enqueue', 'a.1')
  expect({ code, err }).toEqual({
    code: 2,
    err: expect.stringContaining('TARGET_MISMATCH: the database knows no target yet'),
  })
  expect((await ctl('targets', 'list')).out).toMatch(
    /not applied yet: node bin\/slipctl.cjs --config \S+ targets apply$/m,
  )
  expect(await typed(/apply it with: (.*)$/m.exec(err)?.[1] ?? '')).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      /^main: new\n {2}engine: embedded\n {2}schemaVersion: 1\n {2}shards: 2\n {2}lease: 5m\n {2}overlap: 5m\n$/,
    ),
  })
  expect(await ctl('search', 'anything')).toMatchObject({ code: 0, out: 'no hits\n' })
})

test('targets apply changes lease and overlap key by key, and nothing twice', async () => {
  config({ main: { lease: '90s' } })
  expect((await ctl('targets', 'list')).out).toMatch(/main .*differ: lease 90s configured, 5m in the database/)
  expect(await json('targets', 'apply')).toEqual({
    target: 'main',
    new: false,
    changes: [{ key: 'lease', from: '5m', to: '90s' }],
  })
  expect((await ctl('targets', 'apply')).out).toBe('main: nothing to change\n')
  expect((await ctl('targets', 'list')).out).toMatch(/main .*the same/)
})

test('targets apply refuses another number of shards, and then applies no target at all', async () => {
  config({ early: {}, main: { lease: '90s', shards: 3 } })
  expect(await ctl('targets', 'apply')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(
      /^slipctl: TARGET_FOR_LIFE: targets.main.shards is 3 here and 2 in the database, for life/,
    ),
  })
  expect(await sql('SELECT name, shards FROM slip_target')).toEqual([{ name: 'main', shards: 2 }])
  config()
})

test('a pause is set, changed, shown and ended, each said; ending it twice is no error', async () => {
  const by = `${userInfo().username}@${hostname()}`
  expect(await ctl('pause', 'stage:index', '--reason', 'upgrade')).toEqual({
    code: 0,
    err: '',
    out: 'paused stage:index until it is resumed (upgrade)\n',
  })
  expect((await ctl('status')).out).toMatch(new RegExp(`stage:index .*resumed {2}${by} {2}upgrade`))
  expect((await ctl('pause', 'stage:index', '--for', '2h')).out).toMatch(
    /^stage:index was paused already, since .* UTC; now until 2\d{3}-.* UTC, before until it is resumed \(upgrade\)\n$/,
  )
  expect(await json('pause', 'lane:bulk')).toMatchObject({
    scope: 'lane:bulk',
    paused: true,
    already: false,
    until: null,
    by,
  })
  expect((await ctl('resume', 'stage:index')).out).toBe('resumed stage:index; still paused: lane:bulk\n')
  expect(await json('resume', 'lane:bulk')).toMatchObject({ scope: 'lane:bulk', resumed: true, stillPaused: [] })
  expect(await ctl('resume', 'lane:bulk')).toEqual({ code: 0, err: '', out: 'lane:bulk was not paused\n' })
})

test('a target that is suspended is shown with its reason, and resume tries it again at once', async () => {
  await sql(`INSERT INTO slip_breaker (kind, name, failures, reason, since, next_probe)
    VALUES ('target', 'main', 3, 'ENGINE_UNAVAILABLE: nobody answers', now(), now() + interval '1 minute')`)
  expect((await ctl('status')).out).toMatch(/Suspended\n.*\n.*target:main .* 3 .* ENGINE_UNAVAILABLE: nobody answers/)
  expect(await json('status')).toMatchObject({ suspended: [{ kind: 'target', name: 'main', due: false }] })
  expect(await json('resume', 'target:main')).toMatchObject({ resumed: false, reopened: true })
  expect(await sql('SELECT 1 FROM slip_breaker')).toEqual([])
})

test('a pause whose time is over is none: the next one starts anew', async () => {
  await sql(
    `INSERT INTO slip_control (scope, name, paused_at, until) VALUES ('all', '', now() - interval '2 days', now() - interval '1 day')`,
  )
  expect((await ctl('pause', 'all')).out).toBe('paused all until it is resumed\n')
  const [row] = await sql(`SELECT paused_at > now() - interval '1 hour' AS fresh FROM slip_control`)
  expect(row).toEqual({ fresh: true })
  await sql('UPDATE slip_control SET until = now()')
  expect((await ctl('resume', 'all')).out).toBe('all was not paused\n')
})

test.each([
  ['stage:idex', 'there is no stage:idex; did you mean stage:index?; known: stage:rights, stage:enqueue, stage:index'],
  ['lane:slow', 'there is no lane:slow; known: lane:alone, lane:daily, lane:ops, lane:bulk'],
  ['target:mine', 'there is no target:mine; did you mean target:main?; known: target:main'],
  ['shard:main/3', 'there is no shard:main/3; did you mean shard:main/1?; known: shard:main/1, shard:main/2'],
  ['everything', 'everything is no scope: all, stage:NAME, target:T, shard:T/N, lane:NAME or host:H'],
])('the unknown scope %s is refused with the names there are', async (scope, sentence) => {
  const refused = { code: 2, out: '', err: expect.stringContaining(`slipctl: USAGE: ${sentence}\n`) }
  expect(await ctl(scope.startsWith('stage') ? 'resume' : 'pause', scope)).toMatchObject(refused)
})

test('what a hand paused by SQL is resumed by the name that status shows, also where it names nothing', async () => {
  await sql(`INSERT INTO slip_control (scope, name) VALUES ('stage', 'indexer'), ('all', 'x')`)
  expect((await ctl('resume', 'stage:indexer')).out).toBe('resumed stage:indexer; still paused: all\n')
  expect((await ctl('resume', 'all')).out).toBe('resumed all\n')
  expect(await sql('SELECT 1 FROM slip_control')).toEqual([])
})

test('a shard that was set back is shown with its reason, and the command that puts it right works as printed', async () => {
  await sql(
    `UPDATE slip_shard SET state = 'behind', state_before = 'open', behind_from = now(), reason = 'why' WHERE shard = 2`,
  )
  const { out } = await ctl('status')
  const command = /main .* 2 +behind .* why; (.*)$/m.exec(out)?.[1] ?? ''
  expect(command).toContain('slipctl.cjs --config')
  expect(await typed(command)).toMatchObject({ code: 0, out: expect.stringContaining('main/2') })
})

test('every known scope can be paused, a host before it was ever seen, and that no daemon runs on it is said', async () => {
  expect((await ctl('pause', 'host:new.example')).err).toBe(
    'no daemon runs on new.example now; hosts of daemons: none\n',
  )
  for (const scope of ['all', 'target:main', 'shard:main/2', 'lane:alone', 'host:new.example']) {
    expect(await ctl('pause', scope), scope).toMatchObject({ code: 0 })
    expect((await ctl('resume', scope)).out, scope).toMatch(/^resumed /)
  }
})

test('a command that waits for the database ends at Ctrl-C', async () => {
  const db = await openDatabase({ url: state.url, applicationName: 'test' })
  try {
    await db.transaction(async (tx) => {
      await tx.query('LOCK TABLE slip_control IN ACCESS EXCLUSIVE MODE')
      const child = spawn(process.execPath, [launcher, 'resume', 'all', '--config', join(folder, 'slip.yaml')])
      await untilBlocked(db)
      child.kill('SIGINT')
      expect(await once(child, 'exit')).toEqual([130, null])
    })
  } finally {
    await db.close()
  }
})
