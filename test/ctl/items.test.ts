import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFirstDay } from '../daemon/first-day.ts'
import { type Library, samples } from '../daemon/library.ts'
import { runOnce } from '../daemon/processes.ts'
import { slipctl, slipctlReading, typed } from './slipctl.ts'

const expected = JSON.parse(readFileSync(join(samples, 'expected.json'), 'utf8'))
const noMets: string = expected.errors.METS_MISSING
const notZip: string = expected.errors.ZIP_UNREADABLE
const pageMissing: string = expected.errors.PAGE_MISSING
const good = 'demo1.stays_day2'
const { items, indexed } = expected.firstDay

let library: Library
beforeAll(async () => {
  library = await openFirstDay()
})
afterAll(() => library.close())

const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])
const json = async (...args: string[]) => JSON.parse((await ctl(...args, '--json')).out)
const queue = async () =>
  (await library.state.db.query<{ htid: string; lane: number; gen: number }>(
    'SELECT htid, lane, gen FROM slip_queue ORDER BY htid',
  )) as { htid: string; lane: number; gen: number }[]
const emptyQueue = () => library.state.db.query('DELETE FROM slip_queue')

test('status counts what the tables hold, and marks a worker silent for a lease as dead', async () => {
  const { db } = library.state
  await db.query(
    `INSERT INTO slip_worker (token, stage, host, pid, boot_id, started_at, heartbeat_at, code_version)
     SELECT gen_random_uuid(), 'index', 'host-' || s, s, '', clock_timestamp() - interval '1 day',
            clock_timestamp() - make_interval(secs => s), '0.1.0' FROM unnest(ARRAY[1, 61]) s`,
  )
  const status = await json('status')
  expect(status.rights).toMatchObject([{ items, nobody: 1, withdrawn: 0 }])
  expect(status.queue).toEqual([])
  expect(status.ledger.find((row: { presence: string }) => row.presence === 'indexed')).toMatchObject({
    items: indexed,
  })
  expect(status.shards.reduce((sum: number, row: { indexed: number }) => sum + row.indexed, 0)).toBe(indexed)
  expect(status.errors.map((row: { code: string; items: number }) => [row.code, row.items])).toEqual([
    ['METS_MISSING', 1],
    ['PAGE_MISSING', 1],
    ['ZIP_UNREADABLE', 1],
  ])
  expect(status.workers.map((row: { pid: number; dead: boolean }) => [row.pid, row.dead])).toEqual([
    [1, false],
    [61, true],
  ])
  const { code, out } = await ctl('status')
  expect(code).toBe(0)
  expect(out).toMatch(new RegExp(`^Rights: ${items} items \\(0 withdrawn, 1 available to nobody\\), newest `))
  for (const line of ['Queue: empty', /main {4}indexed\s+33 /, /index {2}host-61 .* dead$/m, 'Paused: nothing'])
    expect(out).toMatch(line)
  await db.query('DELETE FROM slip_worker')
})

test('item shows rights, queue, ledger and errors with place and next step', async () => {
  const whole = await ctl('item', good.replace('demo1', 'DEMO1'))
  expect(whole).toMatchObject({ code: 0, err: '' })
  expect(whole.out).toMatch(
    /^demo1\.stays_day2\nrights {2}attr 1, .*rev 1, since .*\nqueue {3}not queued\nledger {2}main: indexed, shard \d, rev 1, \d+ pages/,
  )
  expect(whole.out).toContain('errors  none ever')
  const broken = (await ctl('item', pageMissing)).out
  expect(broken).toMatch(/ledger {2}main: never indexed, shard \d/)
  expect(broken).toMatch(/#\d+ .*main {2}PAGE_MISSING: /)
  expect(broken).toMatch(/where {2}zip=/)
  expect(broken).toContain(`errors retry --id ${pageMissing}`)
  expect(await json('item', pageMissing)).toMatchObject({
    htid: pageMissing,
    rights: { rev: 1 },
    queue: [],
    indexed: [{ rev: 0, presence: 'absent' }],
    errors: [{ code: 'PAGE_MISSING', detail: { place: { expected: 20, missing: 1 } } }],
  })
})

test('an item nobody knows ends with 4 and NOT_FOUND, a text that is no id with the rule', async () => {
  expect(await ctl('item', 'demo1.none')).toMatchObject({
    code: 4,
    out: '',
    err: expect.stringMatching(/^slipctl: NOT_FOUND: nothing is known of demo1.none\n/),
  })
  expect(await ctl('item', 'none')).toMatchObject({
    code: 4,
    err: expect.stringMatching(/^slipctl: ITEM_ID_INVALID: .*no namespace/),
  })
})

test('assemble prints the document with revision and fence 0, and posts nothing', async () => {
  const { code, out, err } = await ctl('assemble', good)
  expect({ code, err, lines: out.split('\n').length > 10 }).toEqual({ code: 0, err: '', lines: true })
  const document = JSON.parse(out)
  expect(document).toMatchObject({ id: good, rev: 0, fence: 0, ocr: expect.stringMatching(/\w/) })
  const [held] = (await Promise.all([1, 2].map((shard) => library.engine.get(shard, [good])))).flat()
  expect(held).toMatchObject({ rev: 1, digest: document.digest })
  const one = await ctl('assemble', good, '--json')
  expect(one.out.split('\n')).toHaveLength(2)
  expect(JSON.parse(one.out).digest).toBe(document.digest)
})

test('assemble of an item that is not wanted says so beside the document', async () => {
  const { code, err } = await ctl('assemble', expected.absent[0])
  expect({ code, err }).toEqual({
    code: 0,
    err: expect.stringMatching(/available to nobody: slip-index would remove it\n$/),
  })
})

test('an item that cannot be assembled ends with 4, code, place and advice', async () => {
  const { code, out, err } = await ctl('assemble', noMets)
  expect({ code, out }).toEqual({ code: 4, out: '' })
  expect(err).toMatch(/^slipctl: METS_MISSING: .*\n {2}.*=.*\n {2}Restore the METS file, then: .* errors retry --id /)
  expect(err).toMatch(new RegExp(`errors retry --id ${noMets}$`, 'm'))
})

test('verify finds nothing at rest; an item whose rights moved on unseen is printed, with exit 3', async () => {
  expect(await ctl('verify')).toEqual({
    code: 0,
    err: '',
    out: `main: ${items} items, all followed, queued or in error\n`,
  })
  await library.state.db.query('UPDATE slip_rights SET rev = rev + 1 WHERE htid = $1', [good])
  expect(await ctl('verify')).toEqual({ code: 3, out: `${good}\n`, err: `main: 1 of ${items} items differ\n` })
  expect(await json('verify')).toEqual({
    target: 'main',
    items,
    mismatches: [{ htid: good, rightsRev: 2, ledgerRev: 1 }],
  })
  await library.state.db.query('UPDATE slip_rights SET rev = rev - 1 WHERE htid = $1', [good])
})

test('errors are listed newest first, by code, as ids and as tab-separated lines', async () => {
  const { errors } = await json('errors', 'list')
  const ids = errors.map((row: { id: number }) => row.id)
  expect(ids).toEqual(ids.toSorted((a: number, b: number) => b - a))
  expect((await ctl('errors', 'list')).out.trim().split('\n')).toHaveLength(3)
  expect((await ctl('errors', 'list', '--tail', '1')).out).toMatch(new RegExp(`^#${ids[0]}  .*\n$`))
  expect((await ctl('errors', 'list', '--code', 'PAGE_MISSING', '--format', 'ids')).out).toBe(`${pageMissing}\n`)
  const [head, row] = (await ctl('errors', 'list', '--code', 'PAGE_MISSING', '--format', 'tsv')).out
    .split('\n')
    .map((line) => line.split('\t'))
  expect(Object.fromEntries(head!.map((name, column) => [name, row![column]]))).toMatchObject({
    htid: pageMissing,
    target: 'main',
    code: 'PAGE_MISSING',
  })
  expect((await ctl('errors', 'list', '--code', 'LEASE_LOST')).out).toBe('no errors\n')
  expect(await ctl('errors', 'list', '--target', 'other')).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no target other; known: main'),
  })
})

test('errors show explains one error, and its number unknown ends with 4', async () => {
  const [{ id }] = (await json('errors', 'list', '--code', 'ZIP_UNREADABLE')).errors
  const { code, out } = await ctl('errors', 'show', String(id))
  expect(code).toBe(0)
  expect(out).toMatch(
    new RegExp(
      `^${notZip}\n#${id} .*ZIP_UNREADABLE: .*\n {2}where {2}.*\n {2}met {4}stage index, 1 attempt.*\n {2}to do {2}Replace the zip, then: `,
    ),
  )
  expect(await json('errors', 'show', String(id))).toMatchObject({
    error: { id, htid: notZip, advice: expect.stringContaining('errors retry --id') },
    history: [],
  })
  expect(await ctl('errors', 'show', '999999')).toMatchObject({
    code: 4,
    err: expect.stringContaining('NOT_FOUND: there is no error number 999999'),
  })
})

test('errors retry requests by id and lists ids without an error; by code; all of them', async () => {
  const byId = await ctl('errors', 'retry', '--id', pageMissing, good, 'bad')
  expect(byId).toMatchObject({ code: 4, out: '1 item requested anew\n' })
  expect(byId.err).toMatch(
    /^not retried: "bad" has no namespace.*\nnot retried: demo1.stays_day2 has no unresolved error\n$/,
  )
  expect(await queue()).toMatchObject([{ htid: pageMissing, lane: 2 }])
  expect(await json('errors', 'retry', '--code', 'METS_MISSING')).toEqual({
    retried: 1,
    targets: { main: [noMets] },
    unknown: [],
    invalid: [],
  })
  expect(await ctl('errors', 'retry', '--all')).toEqual({ code: 0, err: '', out: '3 items requested anew\n' })
  await emptyQueue()
})

test('the next step an error prints heals the item once its files are corrected', async () => {
  const [{ id }] = (await json('errors', 'list', '--code', 'PAGE_MISSING')).errors
  library.lay('corrected')
  const step = /then: (.*)$/m.exec((await ctl('errors', 'show', String(id))).out)?.[1] ?? ''
  expect(await typed(step)).toEqual({ code: 0, err: '', out: '1 item requested anew\n' })
  await runOnce('index', library.configFile)
  expect((await ctl('errors', 'list', '--code', 'PAGE_MISSING')).out).toBe('no errors\n')
  expect((await ctl('errors', 'list', '--code', 'PAGE_MISSING', '--all')).out).toMatch(/\[fixed /)
})

test('enqueue takes the good ids and lists the others with the rule, and those no source named', async () => {
  const { code, out, err } = await ctl('enqueue', good, 'bad', 'demo1.unheard')
  expect({ code, out }).toEqual({ code: 4, out: 'enqueued 1 item in lane ops for main\n' })
  expect(err).toMatch(/^not enqueued: "bad" has no namespace.*\nnot enqueued: demo1.unheard has no row in slip_rights/)
  expect(await queue()).toMatchObject([{ htid: good, lane: 2, gen: 1 }])
  expect(await ctl('enqueue', good)).toMatchObject({ code: 0 })
  expect(await queue(), 'asked again is a new request').toMatchObject([{ htid: good, gen: 2 }])
  await emptyQueue()
})

test('enqueue reads ids from a file or standard input, without blank lines and comments', async () => {
  const file = join(library.folder, 'ids.txt')
  writeFileSync(file, `# corrected today\r\n\n  ${good}  \n`)
  expect(await json('enqueue', '--ids-file', file, '--lane', 'daily')).toEqual({
    enqueued: 1,
    lane: 'daily',
    targets: ['main'],
    invalid: [],
    unknown: [],
  })
  expect(await queue()).toMatchObject([{ htid: good, lane: 1 }])
  const piped = await slipctlReading(`${good}\n${notZip}\n`, [
    'enqueue',
    '--ids-file',
    '-',
    '--config',
    library.configFile,
  ])
  expect(piped).toEqual({ code: 0, err: '', out: 'enqueued 2 items in lane ops for main\n' })
  expect(await ctl('enqueue', '--ids-file', join(library.folder, 'none'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('--ids-file cannot be read: ENOENT'),
  })
  await emptyQueue()
})

test('enqueue takes - for standard input beside ids, each once, and tells the line of what is none', async () => {
  const args = ['enqueue', good, '-', '--config', library.configFile]
  const { code, out, err } = await slipctlReading(`${good}\n${notZip}\n\nodd\n${notZip}\n`, args)
  expect({ code, out }).toEqual({ code: 4, out: 'enqueued 2 items in lane ops for main\n' })
  expect(err).toMatch(/^not enqueued: line 4: "odd" has no namespace/)
  expect((await queue()).map(({ htid, gen }) => [htid, gen])).toEqual([good, notZip].sort().map((htid) => [htid, 1]))
  await emptyQueue()
  expect((await ctl('enqueue', '-', '--ids-file', 'ids.txt')).err).toContain('--ids-file is given twice')
  expect((await ctl('item', good, '-')).code, 'a command that reads none').toBe(2)
})

test('enqueue --all requests every item with rights, in lane bulk', async () => {
  expect(await ctl('enqueue', '--all')).toEqual({
    code: 0,
    err: '',
    out: `enqueued ${items} items in lane bulk for main\n`,
  })
  const rows = await queue()
  expect(rows).toHaveLength(items)
  expect(new Set(rows.map(({ lane }) => lane))).toEqual(new Set([3]))
  const { out } = await ctl('status')
  expect(out).toMatch(/Queue\n {2}target {2}lane {2}state {2}items {2}oldest\n {2}main {4}bulk {2}ready +37 {2}\d+ s/)
  await emptyQueue()
})
