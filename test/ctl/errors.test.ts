import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { patternOf } from '../../src/errors/pattern.ts'
import { addSourceErrors } from '../../src/state/audit/source-errors.ts'
import { writeWatermark } from '../../src/state/control/watermark.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { launcher, slipctl, slipctlReading, typed } from './slipctl.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())

const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])
const json = async (...args: string[]) => JSON.parse((await ctl(...args, '--json')).out)
const sql = (statement: string) => library.state.db.query(statement)

const quote = `e.it's"50%_\\`
const gaps = ['e.1', 'e.2', 'e.3', quote]

/** Four of one fault, one of another, one fixed, one of a source; each a minute after the one before. */
beforeEach(async () => {
  for (const table of ['slip_errors', 'slip_queue', 'slip_indexed', 'slip_rights']) await sql(`DELETE FROM ${table}`)
  const rows = [
    ...gaps.map((htid, at) => [htid, 'PAGE_MISSING', `${at + 1} of 20 page files are not in the zip`, null] as const),
    ['e.4', 'ZIP_MISSING', 'The item has no zip.', null] as const,
    ['e.5', 'ZIP_MISSING', 'The item has no zip.', 'fixed'] as const,
  ]
  for (const [at, [htid, code, message, resolution]] of rows.entries()) {
    const time = `2026-03-01 10:0${at}:00`
    await library.state.db.query(
      `INSERT INTO slip_rights (htid, attr, source, digest, rev, insert_time)
       VALUES ($1, 1, 'r', $2, 2, '2026-03-01')`,
      [htid, '0'.repeat(32)],
    )
    await library.state.db.query(
      `INSERT INTO slip_errors (target, htid, rev, stage, code, class, message, pattern, detail, error_time, resolved_at, resolution)
       VALUES ('main', $1, 2, 'index', $2, 'item', $3, $4, $5, $6, CASE WHEN $7::text IS NOT NULL THEN $6::timestamptz END, $7)`,
      [htid, code, message, patternOf(message), '{"place":{"zip":"a\\tb"}}', time, resolution],
    )
  }
  await addSourceErrors(
    library.state.db,
    [{ source: 'marc', code: 'SOURCE_RECORD_INVALID', message: 'line 7: no record', detail: '{}' }],
    'host-a',
  )
})

const keyOf = async (code: string): Promise<string> =>
  (await json('errors', 'groups', '--code', code)).groups[0]?.group ?? ''
const resolutions = async () =>
  Object.fromEntries(
    (await sql(`SELECT htid, resolution FROM slip_errors WHERE htid IS NOT NULL ORDER BY htid`)).map(
      ({ htid, resolution }) => [htid, resolution],
    ),
  )

test('errors groups has one line a fault, most first, with a key, count, times and the newest three items', async () => {
  const { code, out, err } = await ctl('errors', 'groups')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const [head, first, ...rest] = out.trim().split('\n')
  expect(head).toMatch(/^group {5}items {2}first .* last .* target {2}code .* pattern .* examples$/)
  expect(first).toMatch(/^[0-9a-f]{8} {6}4 {2}2026-03-01 10:00:00 {2}2026-03-01 10:03:00 {2}main .* … of … page files/)
  expect(first).toMatch(/ e\.it's"50%_\\ e\.3 e\.2$/)
  expect(rest).toHaveLength(2)
  expect((await ctl('errors', 'groups', '--since', '2026-03-01 10:04', '--target', 'main')).out).toContain(
    'ZIP_MISSING',
  )
  expect((await ctl('errors', 'groups', '--until', '2026-03-01T09:00:00Z')).out).toBe('no errors\n')
})

test('errors groups: resolved ones with --all, the newest groups with --tail, tab-separated, JSON', async () => {
  const { groups } = await json('errors', 'groups', '--all', '--code', 'ZIP_MISSING')
  expect(groups).toEqual([
    expect.objectContaining({ items: 2, target: 'main', pattern: 'The item has no zip.', examples: ['e.5', 'e.4'] }),
  ])
  const newest = (await json('errors', 'groups', '--tail', '1')).groups
  expect(newest).toMatchObject([{ target: null, code: 'SOURCE_RECORD_INVALID', examples: ['marc'] }])
  const lines = (await ctl('errors', 'groups', '--format', 'tsv', '--target', 'main')).out.trim().split('\n')
  expect(lines.map((line) => line.split('\t').length)).toEqual([8, 8, 8])
  expect(lines[1]).toContain('\t… of … page files are not in the zip\te.it\'s"50%_\\\\ e.3 e.2')
})

test('a key found in errors groups names the same errors in list, export, retry and skip', async () => {
  const key = await keyOf('PAGE_MISSING')
  const listed = await ctl('errors', 'list', '--group', key.toUpperCase(), '--format', 'ids')
  expect(listed.out.split('\n')).toEqual([...gaps.toReversed(), ''])
  expect((await ctl('errors', 'export', '--group', key)).out.trim().split('\n')).toHaveLength(5)
  expect(await json('errors', 'skip', '--group', key, '--reason', 'lost')).toMatchObject({ skipped: 4, unknown: [] })
  expect(await resolutions()).toMatchObject({ 'e.1': 'skipped', [quote]: 'skipped', 'e.4': null })
  const gone = await ctl('errors', 'retry', '--group', key)
  expect(gone).toMatchObject({ code: 4, out: '', err: expect.stringContaining(`no unresolved error of group ${key}`) })
  for (const of of [
    ['errors', 'list'],
    ['errors', 'groups'],
    ['queue', 'list'],
  ])
    expect(await ctl(...of, '--json', '--format', 'tsv')).toMatchObject({ code: 2 })
  const { err } = await ctl('errors', 'list', '--group', 'ffffffff')
  expect(err).toMatch(/NOT_FOUND: .* ffffffff/)
  expect(await ctl('errors', 'list', '--group', "'; --")).toMatchObject({ code: 2 })
  expect((await ctl('errors', 'list', '--group', key, '--all')).out.trim().split('\n')).toHaveLength(4)
})

test('the group of a source can be listed, and is neither retried nor skipped', async () => {
  const key = await keyOf('SOURCE_RECORD_INVALID')
  expect((await ctl('errors', 'list', '--group', key)).out).toContain('line 7: no record')
  for (const args of [['retry'], ['skip', '--reason', 'x']]) {
    const { code, err } = await ctl('errors', ...args, '--group', key)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('when the file is read again') })
  }
})

test('errors retry takes ids of a file, and says which it did not find', async () => {
  const file = join(library.folder, 'ids.txt')
  writeFileSync(file, `# lost\n${quote}\ne.1\ne.1\n\ne.5\nno-dot\n`)
  const { code, out, err } = await ctl('errors', 'retry', '--ids-file', file, '--code', 'PAGE_MISSING')
  expect({ code, out }).toEqual({ code: 4, out: '2 items requested anew\n' })
  expect(err).toMatch(
    /^not retried: line \d+: "no-dot" has no namespace.*\nnot retried: e.5 has no unresolved error PAGE_MISSING\n$/,
  )
  const read = await slipctlReading('e.4\n', ['errors', 'retry', '--ids-file', '-', '--config', library.configFile])
  expect(read).toEqual({ code: 0, out: '1 item requested anew\n', err: '' })
  const queued = await sql('SELECT htid, lane, reason FROM slip_queue ORDER BY htid')
  expect(queued.map(({ htid }) => htid)).toEqual(['e.1', 'e.4', quote])
  expect(queued[0]).toMatchObject({ lane: 2, reason: 'retry' })
})

test('errors retry by time takes what went wrong then', async () => {
  const args = ['errors', 'retry', '--since', '2026-03-01T11:01:00+01:00', '--until', '2026-03-01 10:03']
  expect(await json(...args)).toMatchObject({ retried: 2, targets: { main: ['e.2', 'e.3'] } })
  expect(await json('errors', 'retry', '--since', '1h')).toMatchObject({ retried: 0 })
})

test('errors retry --waive keeps what is waived with the request, --from rights forgets the files that were read', async () => {
  await ctl('errors', 'retry', '--id', 'e.1', '--waive', 'page_gap')
  expect(await sql('SELECT waive FROM slip_queue')).toEqual([{ waive: 'page_gap' }])
  await writeWatermark(library.state.db, 'rights', 'catalogue:/a', 'f', true)
  const { out } = await ctl('errors', 'retry', '--id', 'e.1', '--from', 'rights')
  expect(out).toBe('1 item requested anew; slip-rights reads 1 input of its sources again\n')
  expect(await sql(`SELECT 1 FROM slip_watermark WHERE stage = 'rights'`)).toEqual([])
})

test('errors retry of what is not there has no file read again', async () => {
  await writeWatermark(library.state.db, 'rights', 'catalogue:/a', 'f', true)
  const none = ['errors', 'retry', '--from', 'rights']
  expect(await ctl(...none, '--id', 'e.unknown')).toMatchObject({ code: 4 })
  expect(await ctl(...none, '--ids-file', '/nowhere/ids')).toMatchObject({ code: 2 })
  expect(await json(...none, '--code', 'METS_MISSING')).toMatchObject({ retried: 0, inputs: 0 })
  expect(await ctl('errors', 'retry', '--group', 'deadbeef', '--from', 'rights')).toMatchObject({ code: 4, out: '' })
  expect(await sql(`SELECT 1 FROM slip_watermark WHERE stage = 'rights'`)).toHaveLength(1)
})

test('errors skip needs a reason and keeps it with the person', async () => {
  expect(await ctl('errors', 'skip', '--id', 'e.1')).toMatchObject({ code: 2, out: '' })
  expect(await ctl('errors', 'skip', '--id', 'e.1', '--reason', ' ')).toMatchObject({ code: 2, out: '' })
  expect(await ctl('errors', 'skip', '--id', 'e.1', '--reason', "it's lost")).toMatchObject({
    code: 0,
    out: 'skipped 1 item\n',
  })
  const [row] = await sql(`SELECT note FROM slip_errors WHERE htid = 'e.1'`)
  expect(row?.note).toMatch(/^\S+@\S+: it's lost$/)
  expect((await ctl('item', 'e.1')).out).toMatch(
    / \[skipped .*\n {2,}where .*\n {2,}met .*\n {2,}note {3}\S+@\S+: it's lost/,
  )
  expect((await ctl('errors', 'list', '--id', 'e.1', '--all')).out).toContain('[skipped ')
  expect(await ctl('errors', 'list', '--id', 'no id')).toMatchObject({
    code: 4,
    err: expect.stringContaining('ITEM_ID_INVALID'),
  })
  expect(await ctl('errors', 'skip', '--id', 'e.1', '--reason', 'x')).toMatchObject({
    code: 4,
    err: 'not skipped: e.1 has no unresolved error\n',
  })
})

test('errors retry of an item that was skipped or purged names the command that indexes it after all', async () => {
  await ctl('errors', 'skip', '--id', quote, '--reason', 'lost')
  await ctl('enqueue', 'e.5')
  await ctl('queue', 'purge', 'e.5', '--reason', 'lost', '--yes')
  const { code, out, err } = await ctl('errors', 'retry', '--id', quote, 'e.5', 'e.6', 'e.1', '--target', 'main')
  expect({ code, out }).toEqual({ code: 4, out: '1 item requested anew\n' })
  const [skipped, purged, never] = err.trim().split('\n')
  expect(skipped).toContain('has no unresolved error; it was skipped, to index it after all: ')
  expect(purged).toMatch(/^not retried: e\.5 .*; it was purged, .*slipctl.cjs --config \S+ enqueue e\.5 --target main$/)
  expect(never).toBe('not retried: e.6 has no unresolved error')
  expect(await typed(/after all: (.*)$/.exec(skipped ?? '')?.[1] ?? '')).toMatchObject({ code: 0, err: '' })
  expect((await sql('SELECT htid FROM slip_queue ORDER BY htid')).map(({ htid }) => htid)).toEqual(['e.1', quote])
})

test('errors export writes all columns: a line is a row, and nothing is lost', async () => {
  const lines = (await ctl('errors', 'export', '--target', 'main', '--all')).out.slice(0, -1).split('\n')
  expect(lines).toHaveLength(7)
  const [head, newest] = lines.map((line) => line.split('\t'))
  expect(newest).toHaveLength(head?.length ?? 0)
  expect(newest?.[head?.indexOf('detail') ?? 0]).toBe('{"place":{"zip":"a\\\\tb"}}')
  const objects = (await ctl('errors', 'export', '--json', '--code', 'PAGE_MISSING')).out.trim().split('\n')
  expect(objects.map((line) => JSON.parse(line).htid)).toEqual(gaps.toReversed())
  expect((await ctl('errors', 'export', '--code', 'LEASE_LOST')).out.split('\n')).toHaveLength(2)
})

test('errors expire deletes nothing without --yes, tells what it would, and takes the age of the configuration', async () => {
  const refused = await ctl('errors', 'expire', '--older-than', '1h')
  expect(refused).toEqual({
    code: 2,
    out: 'would delete 1 error resolved more than 1h ago\n',
    err: 'nothing was done: it needs --yes\n',
  })
  expect(await json('errors', 'expire', '--older-than', '1h', '--dry-run')).toEqual({
    dryRun: true,
    errors: 1,
    olderThan: '1h',
  })
  expect(await resolutions()).toHaveProperty(['e.5'])
  expect((await ctl('errors', 'expire', '--dry-run')).out).toContain('resolved more than 90d ago')
  expect(await ctl('errors', 'expire', '--older-than', '1h', '--yes')).toMatchObject({ code: 0, err: '' })
  expect(await resolutions()).not.toHaveProperty(['e.5'])
  expect(Object.keys(await resolutions())).toHaveLength(5)
  expect(await ctl('errors', 'expire', '--older-than', 'long')).toMatchObject({ code: 2 })
})

test('a list of more errors than a page ends quietly where its reader leaves, and is valid JSON where it stays', async () => {
  await sql(
    `INSERT INTO slip_errors (target, htid, stage, code, class, message, error_time)
     SELECT 'main', 'many.' || n, 'index', 'METS_MISSING', 'item', repeat('x', 300), clock_timestamp() FROM generate_series(1, 5000) n`,
  )
  expect((await json('errors', 'list', '--code', 'METS_MISSING')).errors).toHaveLength(5000)
  for (const command of ['list', 'export']) {
    const args = [launcher, 'errors', command, '--config', library.configFile]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.once('data', () => child.stdout.destroy())
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  }
})
