import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandDutyMs, takeDuty } from '../../src/state/control/duty.ts'
import { sourceDuty } from '../../src/state/rights/source-in-hand.ts'
import { openFirstDay } from '../daemon/first-day.ts'
import type { Library } from '../daemon/library.ts'
import { endAll, endGently, start } from '../daemon/processes.ts'
import { recordOf, rightsOf, writeRecords } from '../rights/pass.ts'
import { slipctl } from './slipctl.ts'

let library: Library
beforeAll(async () => {
  library = await openFirstDay()
})
afterAll(async () => {
  await endAll()
  await library.close()
})

const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])
const json = async (...args: string[]) => JSON.parse((await ctl(...args, '--json')).out)
const listed = async (name: string) =>
  (await json('sources', 'list')).sources.find(({ source }: { source: string }) => source === name)
const handed = (name: string, ...lines: string[]) => {
  const path = join(library.folder, name)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return path
}
const record = (...args: Parameters<typeof recordOf>) => JSON.stringify(recordOf(...args))

test('sources list tells of each source when it was read, how far, and what is wrong with it', async () => {
  expect(await listed('catalogue')).toMatchObject({ kind: 'records', state: 'read', pending: 0, errors: 0 })
  expect((await listed('catalogue')).watermark).toMatch(/^(\d+) of \1 files$/)
  expect((await listed('catalogue')).total.counts.seen).toBeGreaterThan(0)
  expect(await listed('rights')).toMatchObject({ kind: 'hathifiles', state: 'read' })
  const { code, out } = await ctl('sources', 'list')
  expect(code).toBe(0)
  expect(out).toMatch(/catalogue {2}records .* read /)
})

test('sources load loads files at once, tells what came of them, and ends with 4 when some cannot be used', async () => {
  const good = await ctl('sources', 'load', 'catalogue', handed('one.ndjson', record('s1', ['s.1'])))
  expect(good).toMatchObject({ code: 0, err: '' })
  expect(good.out).toMatch(/^catalogue: loaded 1 file: 1 read, 0 cannot be used; items: 1 new, 0 updated/)
  expect(await rightsOf(library, 's.1')).toMatchObject({ rev: 1 })
  const odd = await ctl('sources', 'load', 'catalogue', handed('two.ndjson', record('s2', ['s.2']), '{"id":'))
  expect(odd.code).toBe(4)
  expect(odd.err).toContain('1 records or lines cannot be used')
  expect(await rightsOf(library, 's.2')).toMatchObject({ rev: 1 })
})

test('sources load --wait returns when every target is done with what it changed', async () => {
  for (const stage of ['enqueue', 'index'] as const) start(stage, library.configFile)
  const item = 'demo1.stays_day2'
  const [row] = await library.state.db.query<{ data: string }>(
    `SELECT data FROM slip_record WHERE record_id = (SELECT record_id FROM slip_rights WHERE htid = '${item}')`,
  )
  const changed = { ...JSON.parse(String(row?.data)), title: ['Quite another title'] }
  const path = handed('changed.ndjson', JSON.stringify(changed), record('s3', ['s.3']))
  const { code, out } = await ctl('sources', 'load', 'catalogue', path, '--wait', '--timeout', '1m', '--json')
  // s.3 is in no repository
  expect([code, JSON.parse(out).waited.end, JSON.parse(out).waited.inError]).toEqual([4, 'settled', 1])
  const [ledger] = await library.state.db.query<{ rev: number }>(`SELECT rev FROM slip_indexed WHERE htid = '${item}'`)
  expect(ledger).toEqual({ rev: 2 })
  await endGently()
})

test('sources load --wait --timeout ends with 5 when nobody works, and says so', async () => {
  const path = handed('late.ndjson', record('s4', ['s.4']))
  const { code, err } = await ctl('sources', 'load', 'catalogue', path, '--wait', '--timeout', '1s')
  expect(code).toBe(5)
  expect(err).toMatch(/no slip-(enqueue|index) runs: waiting for one/)
})

test('a file that is none, a source that is none and one that takes no files are refused, and nothing is loaded', async () => {
  const missing = await ctl('sources', 'load', 'catalogue', '/nowhere.ndjson')
  expect(missing.code).toBe(2)
  expect(missing.err).toContain('SOURCE_FILE_UNFIT')
  const unknown = await ctl('sources', 'load', 'catalog', '/nowhere.ndjson')
  expect(unknown.code).toBe(2)
  expect(unknown.err).toMatch(/there is no source catalog.*catalogue/)
  expect((await ctl('sources', 'run', 'catalogue')).code).toBe(2)
  expect((await ctl('sources', 'run', 'catalogue', '--new', '--all')).code).toBe(2)
  expect((await ctl('sources', 'run', 'catalogue', '--new', '--withdraw-missing')).code).toBe(2)
  expect((await ctl('sources', 'run', 'catalogue', '--record', 'nowhere')).code).toBe(4)
})

test('sources run --broken ends with 0 when what was wrong is mended', async () => {
  expect((await listed('catalogue')).errors).toBe(1)
  handed('two.ndjson', record('s2', ['s.2']))
  expect((await ctl('sources', 'run', 'catalogue', '--broken')).code).toBe(0)
  expect((await listed('catalogue')).errors).toBe(0)
})

test('sources run --all --withdraw-missing refuses more than the ceiling, and withdraws it with --yes', async () => {
  const refused = await ctl('sources', 'run', 'catalogue', '--all', '--withdraw-missing')
  expect(refused.code).toBe(2)
  expect(refused.err).toMatch(/WITHDRAW_CEILING[\s\S]*\d of \d+ items of source catalogue are missing/)
  expect(await rightsOf(library, 's.1')).toMatchObject({ withdrawn: false })
  const done = await ctl('sources', 'run', 'catalogue', '--all', '--withdraw-missing', '--yes')
  expect(done.code).toBe(0)
  expect(done.err).toMatch(/4 of \d+ items are missing in it, 4 were withdrawn/)
  expect(await rightsOf(library, 's.1')).toMatchObject({ withdrawn: true })
})

test('a source that another slipctl reads is refused with 6', async () => {
  await takeDuty(library.state.db, sourceDuty('rights'), '11111111-1111-4111-8111-111111111111', commandDutyMs)
  const { code, err } = await ctl('sources', 'run', 'rights', '--all')
  expect([code, err.includes('LOCKED')]).toEqual([6, true])
  expect(await listed('rights')).toMatchObject({ state: 'in hand' })
})

test('sources report counts what each source gave and its errors, as CSV too', async () => {
  writeRecords(library, 'odd.ndjson', [{ id: 7 }])
  await ctl('sources', 'run', 'catalogue', '--new')
  const report = await json('sources', 'report', 'catalogue')
  expect(report.sources.map(({ span }: { span: string }) => span)).toEqual(['pass', 'total'])
  expect(report.sources[0].counts).toMatchObject({ bad: 1 })
  expect(report.groups).toContainEqual(
    expect.objectContaining({ source: 'catalogue', stage: 'rights', code: 'SOURCE_RECORD_INVALID', errors: 1 }),
  )
  const grouped = await ctl('sources', 'report', 'catalogue', '--csv', '--group-by', 'stage,message')
  const [head, ...rows] = grouped.out.trimEnd().split('\r\n')
  expect(head).toBe('source,stage,message,errors,first,last')
  expect(rows.some((row) => row.startsWith('catalogue,rights,'))).toBe(true)
  expect(rows.some((row) => row.startsWith('catalogue,index,'))).toBe(true)
  const counts = await ctl('sources', 'report', '--csv')
  expect(counts.out).toMatch(
    /^source,span,since,countedAt,seen,new,updated,moved,withdrawn,noop,forced,outOfScope,bad\r\n/,
  )
  expect((await ctl('sources', 'report', '--group-by', 'colour')).code).toBe(2)
  expect((await ctl('sources', 'report', 'nowhere')).code).toBe(2)
})
