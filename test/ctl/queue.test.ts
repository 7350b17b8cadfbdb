import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Library, openLibrary } from '../daemon/library.ts'
import { change, claimBucket, enqueue, worker } from '../state/fixture.ts'
import { launcher, slipctl, slipctlReading } from './slipctl.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())

const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])
const json = async (...args: string[]) => JSON.parse((await ctl(...args, '--json')).out)
const sql = (statement: string) => library.state.db.query(statement)

const quote = `q.it's"50%_\\`
const claimed = 'q.1'
const items = [claimed, 'q.2', 'q.3', 'q.4', quote]

/** One claimed, one ready and one delayed in lane daily, two in lane bulk that the sweep found. */
beforeEach(async () => {
  for (const table of ['slip_claim', 'slip_errors', 'slip_queue', 'slip_indexed']) await sql(`DELETE FROM ${table}`)
  const { db } = library.state
  await change(db, items)
  await enqueue(db, items)
  await claimBucket(db, await worker(db), { batch: 1 })
  await sql(`UPDATE slip_queue SET state = 2, available_at = '2999-01-01', last_error = 'not yet' WHERE htid = 'q.2'`)
  await sql(
    `UPDATE slip_queue SET lane = 3, shard = 2, reason = 'sweep', enqueued_at = '2026-03-01' WHERE htid IN ('q.3', 'q.4')`,
  )
})

const states = async () =>
  Object.fromEntries(
    (await sql('SELECT htid, state, hold FROM slip_queue ORDER BY htid')).map(({ htid, state, hold }) => [
      htid,
      hold ? `${state} hold` : String(state),
    ]),
  )
const byId = async (ids: string) => {
  const { out } = await ctl('queue', 'list', '--format', 'ids', ...ids.split(' ').filter(Boolean))
  return out.split('\n').filter(Boolean)
}

test('queue list shows every row by id, with what it waits for and who has it', async () => {
  const { code, out, err } = await ctl('queue', 'list')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const lines = out.trim().split('\n')
  expect(lines.map((line) => line.split('  ')[0])).toEqual(items.toSorted())
  expect(lines[0]).toMatch(
    /^q\.1 {2}main\/1 {2}daily {2}claimed {2}rev 1, since .* \(test\), 1 attempt, at host-a pid 1$/,
  )
  expect(lines[1]).toMatch(/ delayed .*until 2999-01-01 00:00:00, not yet$/)
  await sql('DELETE FROM slip_queue')
  expect((await ctl('queue', 'list')).out).toBe('nothing is queued\n')
  expect(await json('queue', 'list')).toEqual({ queue: [] })
})

test('queue list selects by state, lane, shard, origin and time; a name that is none ends with 2', async () => {
  expect(await byId('--lane bulk --origin sweep --state ready')).toEqual(['q.3', 'q.4'])
  expect(await byId('--shard main/2')).toEqual(['q.3', 'q.4'])
  expect(await byId('--shard 0')).toEqual(['q.2', quote])
  expect(await byId('--since 1h')).toEqual([claimed, 'q.2', quote])
  expect(await byId('--tail 1 --since 2026-03-02 --state delayed')).toEqual(['q.2'])
  for (const args of [
    '--shard main/9',
    '--shard x',
    '--target none',
    '--since 2026-02-30',
    '--lane slow',
    '--tail 10001',
  ])
    expect(await ctl('queue', 'list', ...args.split(' ')), args).toMatchObject({ code: 2, out: '' })
})

test('queue export has all columns, tab-separated or one object a line', async () => {
  const lines = (await ctl('queue', 'export')).out
    .slice(0, -1)
    .split('\n')
    .map((line) => line.split('\t'))
  expect(new Set(lines.map((cells) => cells.length)).size).toBe(1)
  expect(lines).toHaveLength(6)
  expect(lines.map(([htid]) => htid)).toContain(`q.it's"50%_\\\\`)
  const columns = await sql(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'slip_queue'`,
  )
  expect(lines[0]?.toSorted()).toEqual(columns.map(({ name }) => name).toSorted())
  const objects = (await ctl('queue', 'export', '--json', '--state', 'claimed')).out.trim().split('\n')
  expect(objects.map((line) => JSON.parse(line))).toMatchObject([{ htid: claimed, lane: 'daily', state: 'claimed' }])
})

test('queue hold holds what is free at once and what is claimed later; release lets all go', async () => {
  const held = await ctl('queue', 'hold', claimed, 'q.2', quote, 'q.none', 'bad')
  expect(held.code).toBe(4)
  expect(held.out).toBe('held 2 items; 1 claimed one will be when the claim ends, unless it is done then\n')
  expect(held.err).toMatch(/^not held: "bad" has no namespace.*\nnot held: q.none is not queued\n$/)
  expect(await states()).toMatchObject({ [claimed]: '1 hold', 'q.2': '3 hold', [quote]: '3 hold', 'q.3': '0' })
  expect(await byId('--state held')).toEqual(['q.2', quote])
  const { out } = await ctl('queue', 'list', '--state', 'held', '--format', 'ids')
  const released = await slipctlReading(out, ['queue', 'release', '--ids-file', '-', '--config', library.configFile])
  expect(released).toEqual({ code: 0, err: '', out: 'released 2 items\n' })
  expect(await json('queue', 'release', claimed)).toMatchObject({ released: 1, targets: { main: [claimed] } })
  expect(await states()).toEqual({ [claimed]: '1', 'q.2': '0', 'q.3': '0', 'q.4': '0', [quote]: '0' })
})

test('queue purge does nothing without --yes and tells what it would do', async () => {
  const before = await states()
  const refused = await ctl('queue', 'purge', ...items, '--reason', 'wrong')
  expect(refused).toMatchObject({ code: 2, err: 'nothing was done: it needs --yes\n' })
  expect(refused.out).toMatch(/^Would purge 4 rows\n {2}target {2}lane .*\n {2}main {4}daily {2}ready .* 1 {2}to go\n/)
  expect(refused.out).toMatch(/claimed .* 1 {2}left alone\n/)
  expect(await json('queue', 'purge', '--lane', 'bulk', '--reason', 'wrong', '--dry-run', '--yes')).toEqual({
    dryRun: true,
    wouldPurge: 2,
    claimed: 0,
    counts: [{ target: 'main', lane: 'bulk', state: 'ready', items: 2 }],
  })
  expect(await states()).toEqual(before)
})

test('queue purge takes items out for this revision, with a note, and leaves claimed ones to their worker', async () => {
  const { code, out, err } = await ctl('queue', 'purge', claimed, quote, '--reason', 'withdrawn', '--yes')
  expect({ code, out }).toEqual({ code: 4, out: 'purged 1 item\n' })
  expect(err).toMatch(/^not purged: q.1 is claimed by a worker; .*\n$/)
  expect(Object.keys(await states())).toEqual(items.slice(0, 4))
  expect(await sql('SELECT htid, code, resolution, note FROM slip_errors')).toEqual([
    { htid: quote, code: 'PURGED', resolution: 'purged', note: expect.stringMatching(/@.*: withdrawn$/) },
  ])
  expect(await ctl('verify')).toMatchObject({ code: 0 })
})

test('queue purge by lane and origin takes no other row; what it selects by must be said', async () => {
  const reason = ['--reason', 'wrong sweep', '--yes']
  expect(await json('queue', 'purge', '--lane', 'bulk', '--origin', 'sweep', ...reason)).toMatchObject({
    purged: 2,
    targets: { main: ['q.3', 'q.4'] },
    claimed: [],
  })
  expect(Object.keys(await states())).toEqual([claimed, 'q.2', quote])
  for (const args of [[], ['--target', 'main'], ['q.2', '--lane', 'bulk']])
    expect(await ctl('queue', 'purge', ...args, ...reason)).toMatchObject({ code: 2, out: '' })
  expect(await ctl('queue', 'purge', 'q.2', '--yes')).toMatchObject({ code: 2, out: '' })
})

test('thirty thousand ids of a file are done in pages, and what is told of the wrong ones stays short', async () => {
  await sql(
    `INSERT INTO slip_queue (target, htid, seq, lane, action, rev, enqueued_at, reason)
     SELECT 'main', 'many.' || n, n, 3, 'index', 1, clock_timestamp(), 'sweep' FROM generate_series(1, 15000) n`,
  )
  const file = join(library.folder, 'many.txt')
  writeFileSync(file, Array.from({ length: 30_000 }, (_, n) => `many.${n + 1}\n`).join(''))
  const { code, out, err } = await ctl('queue', 'hold', '--ids-file', file)
  expect({ code, out, lines: err.trim().split('\n').length }).toEqual({ code: 4, out: 'held 15000 items\n', lines: 21 })
  expect(err).toContain('not held: 14980 more; --json lists them all')
  const args = [launcher, 'queue', 'list', '--config', library.configFile]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.once('data', () => child.stdout.destroy())
  const [errors, [exit]] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect({ exit, errors }).toEqual({ exit: 0, errors: '' })
})
