import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRecordFile } from '../../../src/sources/record-files.ts'
import type { RecordEvent } from '../../../src/sources/source.ts'
import { drain, folderWith } from '../files.ts'

const data = resolve(import.meta.dirname, '../../../../shared/data/catalog/marc-traject')
const here = existsSync(data)

/** A record with these fields, each with its tag, as ISO 2709 has it. */
function iso2709(fields: readonly (readonly [tag: string, text: string])[], leader9 = 'a'): Buffer {
  const texts = fields.map(([, text]) => Buffer.from(`${text}\x1e`))
  let start = 0
  const entries = fields.map(([tag], at) => {
    const entry = `${tag}${String(texts[at]!.length).padStart(4, '0')}${String(start % 100_000).padStart(5, '0')}`
    start += texts[at]!.length
    return entry.slice(0, 12)
  })
  const base = 24 + 12 * fields.length + 1
  const length = Math.min(99_999, base + start + 1)
  const leader = `${String(length).padStart(5, '0')}nam ${leader9}22${String(base).padStart(5, '0')}   4500`
  return Buffer.concat([Buffer.from(`${leader}${entries.join('')}\x1e`), ...texts, Buffer.from('\x1d')])
}

const record = (id: string, title = 'A title') =>
  iso2709([
    ['001', id],
    ['245', `10\x1fa${title}`],
    ['974', `  \x1fu${`a.${id}`}\x1fzv.1\x1fd20260101`],
  ])

/** A field that its directory does not name. */
function hidden(bytes: Buffer): Buffer {
  const more = Buffer.concat([bytes.subarray(0, -1), Buffer.from('more\x1e\x1d')])
  more.write(String(more.length).padStart(5, '0'), 0)
  return more
}

async function read(content: Buffer, name = 'dump.mrc'): Promise<RecordEvent[]> {
  const { events, error } = await drain(readRecordFile(join(await folderWith({ [name]: content }), name)))
  expect(error).toBeNull()
  return events
}
const short = (event: RecordEvent) =>
  event.kind === 'record' ? event.record.id : event.kind === 'bad' ? `!${event.line} ${event.message}` : 'delete'
const shortOf = async (...content: (string | Buffer)[]) =>
  (await read(Buffer.concat(content.map((part) => Buffer.from(part as string))))).map(short)

test('an empty subfield is told and left out, and its record is kept', async () => {
  for (const text of ['10\x1f\x1faA title', '10\x1faA title\x1f', '10\x1f\x1faA title\x1f\x1f']) {
    const events = await read(
      iso2709([
        ['001', 'r1'],
        ['245', text],
        ['974', '  \x1fua.1\x1f'],
      ]),
    )
    expect(events).toMatchObject([
      { kind: 'record', record: { id: 'r1', title: ['A title'], ht_id: ['a.1'] } },
      { kind: 'bad', line: 1, message: 'Field 2, "245", of the record has an empty subfield, which was left out.' },
      { kind: 'bad', line: 1, message: 'Field 3, "974", of the record has an empty subfield, which was left out.' },
    ])
  }
})

test('records one after the other, with line ends between them or without, packed or not', async () => {
  const both = Buffer.concat([record('1'), record('2', 'Ὀδύσσεια')])
  expect(await read(gzipSync(both), 'dump.mrc.gz')).toMatchObject([
    { record: { id: '1', ht_id: ['a.1'], ht_id_display: ['a.1|20260101|v.1|||||A title, v.1'] } },
    { record: { id: '2', title: ['Ὀδύσσεια'] } },
  ])
  expect(await shortOf(record('1'), '\r\n', record('2'), '\n')).toEqual(['1', '2'])
})

test('a record of more bytes than its leader can say is read whole', async () => {
  const items = Array.from({ length: 3_000 }, (_, at) => ['974', `  \x1fua.${at}\x1fzvolume ${at}`] as const)
  const [large] = await read(iso2709([['001', '1'], ...items]))
  expect(large).toMatchObject({ kind: 'record' })
  if (large?.kind === 'record') expect(large.record.ht_id).toEqual(items.map((_, at) => `a.${at}`))
})

test('what is broken is reported with the number of its record, and its neighbours are read', async () => {
  const whole = record('9')
  const changed = (from: string, to: string) => Buffer.from(whole.toString('latin1').replace(from, to), 'latin1')
  const broken: [Buffer, string][] = [
    [Buffer.from('rubbish\x1d'), 'does not begin with a leader'],
    [changed('245', '24\x1e'), 'directory'],
    [changed('0010002', '0010003'), 'its directory does not fit its fields'],
    [hidden(whole), 'its directory does not fit its fields'],
    [changed('A title', 'A titl'), 'and its leader says'],
    [changed('A title', 'A t\x1dtle'), 'and its leader says'],
    [changed('A title', 'A t\xe9tle'), 'it is not UTF-8'],
    [
      iso2709(
        [
          ['001', '9'],
          ['245', '10\x1fa\x1b(3title'],
        ],
        ' ',
      ),
      'it is not UTF-8',
    ],
    [
      iso2709([
        ['001', '9'],
        ['245', 'no indicators'],
      ]),
      'its field 2, "245", is no MARC field',
    ],
    [iso2709([['245', '10\x1faTitle']]), 'it has no field 001'],
  ]
  for (const [bytes, why] of broken) {
    const seen = await shortOf(record('1'), bytes, record('2'))
    expect(seen, why).toEqual(['1', expect.stringContaining(why), ...seen.slice(2, -1), '2'])
    expect(seen[1]).toMatch(/^!2 /)
  }
})

test('of a record that was cut in the middle of the file, the one behind it is read', async () => {
  const whole = record('9')
  for (let cut = 1; cut < whole.length - 1; cut++) {
    expect(await shortOf(record('1'), whole.subarray(0, cut), record('2'))).toEqual([
      '1',
      '!2 The record cannot be read: the next one begins in the middle of it.',
      '2',
    ])
  }
})

test('property: wherever a file is cut, the whole records before come, and the cut is told', async () => {
  const records = ['1', '2', '3'].map((id) => record(id))
  const file = Buffer.concat(records)
  const size = records[0]!.length
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 1), async (cut) => {
      const seen = await shortOf(file.subarray(0, cut))
      const whole = Math.floor(cut / size)
      expect(seen.slice(0, whole)).toEqual(['1', '2', '3'].slice(0, whole))
      expect(seen.length).toBe(whole + (cut % size === 0 ? 0 : 1))
    }),
    { numRuns: 40 },
  )
})

test.skipIf(!here)('the real records are the same in MARC21, MARCXML and MARC-in-JSON', async () => {
  const [binary, xml] = await Promise.all(
    ['test_data.utf8.mrc', 'test_data.utf8.marc.xml'].map(async (name) => {
      return (await drain(readRecordFile(join(data, name)))).events
    }),
  )
  const json = await read(await readFile(join(data, 'test_data.utf8.json')), 'test_data.json')
  const content = (events: RecordEvent[] | undefined) => events?.map((event) => ({ ...event, line: 0 }))
  expect(binary).toHaveLength(30)
  expect(content(xml)).toEqual(content(binary))
  expect(content(json)).toEqual(content(binary))
})

test.skipIf(!here)('titles in another script, from field 880, are the vernacular title', async () => {
  const [event] = (await drain(readRecordFile(join(data, 'hebrew880s.marc')))).events
  expect(event).toMatchObject({ kind: 'record', record: { vtitle: [expect.stringMatching(/\p{Script=Hebrew}/u)] } })
  if (event?.kind === 'record') expect(event.record.title).toHaveLength(2)
})

test.skipIf(!here)('a dump named .marc is MARC21', async () => {
  const { events } = await drain(readRecordFile(join(data, 'nature.marc')))
  expect(events.map(short)).toEqual(['417826'])
  expect((await read(gzipSync(record('1')), 'dump.marc.gz')).map(short)).toEqual(['1'])
})
