import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readRecordFile } from '../../src/sources/record-files.ts'
import type { RecordEvent } from '../../src/sources/source.ts'
import { drain, folderWith } from './files.ts'

const line = (id: string, title = id) => `${JSON.stringify({ id, title: [title] })}\n`
const short = (event: RecordEvent) =>
  event.kind === 'record'
    ? event.record.id
    : event.kind === 'delete'
      ? `-${event.recordId}`
      : `!${event.line} ${event.message}`

/** A tar of these files in their order, made by the system's own tar; its path. */
async function tarOf(files: Record<string, string | Buffer>, name = 'dump.tar', ...options: string[]): Promise<string> {
  const folder = await folderWith({})
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, 'in', dirname(path)), { recursive: true })
    await writeFile(join(folder, 'in', path), content)
  }
  const how = name.endsWith('gz') ? '-czf' : '-cf'
  execFileSync('tar', [...options, how, join(folder, name), '-C', join(folder, 'in'), ...Object.keys(files)])
  return join(folder, name)
}

async function shortOf(path: string): Promise<string[]> {
  const { events, error } = await drain(readRecordFile(path))
  expect(error).toBeNull()
  return events.map(short)
}

const days = {
  'zephir/upd_20230102_delete.txt.gz': gzipSync('1\n'),
  'zephir/upd_20230102.json.gz': gzipSync(line('2') + line('3')),
  'zephir/full_20221231.json': line('1'),
}

test('full and increments are read in the order of their names, whatever their order in the tar', async () => {
  const expected = ['1', '2', '3', '-1']
  for (const name of ['dump.tar', 'dump.tar.gz', 'dump.tgz'])
    expect(await shortOf(await tarOf(days, name))).toEqual(expected)
  const sorted = Object.fromEntries(Object.entries(days).reverse())
  expect(await shortOf(await tarOf(sorted))).toEqual(expected)
})

test('each format of tar with long names and any number of blocks', async () => {
  const name = `${'folder/'.repeat(20)}${'x'.repeat(120)}.json`
  for (const format of ['gnu', 'pax']) {
    const content = Array.from({ length: 3_000 }, (_, at) => line(String(at))).join('')
    const seen = await shortOf(await tarOf({ [name]: content, 'z.json': line('z') }, 'dump.tar', `--format=${format}`))
    expect([seen.length, seen.at(-1)]).toEqual([3_001, 'z'])
  }
  expect(await shortOf(await tarOf({ 'a/b.json': line('1') }, 'dump.tar', '--format=ustar'))).toEqual(['1'])
})

test('members are read by each name of a file of their kind', async () => {
  const marc = '00040nam a2200037   4500001000200000\x1e7\x1e\x1d'
  const files = { 'a.marc': marc, 'b.marc.gz': gzipSync(marc), 'c.ndj': line('1'), 'd.ndj.gz': gzipSync(line('2')) }
  expect(await shortOf(await tarOf(files))).toEqual(['7', '7', '1', '2'])
})

test('what is bad is told with its file and line, and the other files are read', async () => {
  const files = {
    'a.json': `${line('1')}rubbish\n`,
    'b.json.gz': gzipSync(line('2')).subarray(0, 20),
    'c.pdf': 'x',
    'd.xml': '<?xml version="1.0" encoding="ISO-8859-1"?><collection/>',
    'e.json': line('5'),
  }
  expect(await shortOf(await tarOf(files))).toEqual([
    '1',
    expect.stringMatching(/^!2 In a\.json: The record is not valid JSON/),
    expect.stringMatching(/^!1 In b\.json\.gz: It cannot be read to its end/),
    expect.stringMatching(/^!1 In c\.pdf: Its name says nothing of records/),
    expect.stringMatching(/^!1 In d\.xml: It cannot be read to its end.*ISO-8859-1/),
    '5',
  ])
})

test('a link in a tar is told and not followed', async () => {
  const folder = await folderWith({ 'a.json': line('1') })
  await symlink('/etc/passwd', join(folder, 'b.json'))
  execFileSync('tar', ['-cf', join(folder, 'dump.tar'), '-C', folder, 'a.json', 'b.json'])
  expect(await shortOf(join(folder, 'dump.tar'))).toEqual(['1', expect.stringContaining('In b.json: It is a link')])
})

test('a tar that was cut anywhere, has a damaged header, or is none, is unreadable, and what came before is read', async () => {
  const bytes = readFileSync(await tarOf({ 'a.json': line('1'), 'b.json': line('2') }))
  const damaged = Buffer.from(bytes)
  damaged[1024 + 130]! ^= 1
  const first = ['1']
  const broken: [Buffer, string[]][] = [
    [bytes.subarray(0, 0), []],
    [bytes.subarray(0, 100), []],
    [bytes.subarray(0, 700), ['1']],
    [bytes.subarray(0, 1024), first],
    [bytes.subarray(0, 1500), first],
    [bytes.subarray(0, 2048), ['1', '2']],
    [damaged, first],
    [Buffer.from('rubbish'.repeat(100)), []],
  ]
  for (const [content, expected] of broken) {
    const folder = await folderWith({ 'dump.tar': content })
    const { events, error } = await drain(readRecordFile(join(folder, 'dump.tar')))
    expect(error).toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' })
    expect(events.map(short)).toEqual(expected)
  }
})

test('of a tar that was cut every whole member is read, though their order is not that of names', async () => {
  const bytes = readFileSync(await tarOf({ 'upd_20230102.json': line('2'), 'full_20221231.json': line('1') }))
  const folder = await folderWith({ 'dump.tar': bytes.subarray(0, 2048) })
  const { events, error } = await drain(readRecordFile(join(folder, 'dump.tar')))
  expect(error).toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' })
  expect(events.map(short)).toEqual(['1', '2'])
})

test('a tar that would have to be read again for each of its files is refused, and says what to do', async () => {
  const names = Array.from({ length: 40 }, (_, at) => `${String(99 - at)}.json`)
  const { events, error } = await drain(
    readRecordFile(await tarOf(Object.fromEntries(names.map((name) => [name, line('1')])))),
  )
  expect(events).toEqual([])
  expect(error).toMatchObject({
    code: 'SOURCE_FILE_UNREADABLE',
    message: expect.stringContaining('order of their names'),
  })
})
