import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readHathifile } from '../../src/sources/hathifiles.ts'
import type { RightsEvent } from '../../src/sources/source.ts'
import { drain, folderWith } from './files.ts'

const data = resolve(import.meta.dirname, '../../../shared/data/hathifiles')

interface Cells {
  htid?: string
  rights?: string
  record?: string
  time?: string
  width?: number
}

function line({
  htid = 'demo1.1',
  rights = 'pd',
  record = '000000001',
  time = '2026-01-02 03:04:05',
  width = 26,
}: Cells): string {
  const first = [
    htid,
    'allow',
    rights,
    record,
    'v.1',
    'DEM',
    '1',
    '',
    '',
    '',
    '',
    'A title',
    'A press, 1900',
    'bib',
    time,
  ]
  return [...first, '0', '1900', 'enk', 'eng', 'BK', 'DEM', 'demo', 'demo', 'google', 'open', 'Author']
    .slice(0, width)
    .join('\t')
}

async function read(text: string | Buffer, name = 'hathi_full.txt'): Promise<RightsEvent[]> {
  const { events, error } = await drain(readHathifile(join(await folderWith({ [name]: text }), name)))
  expect(error).toBeNull()
  return events
}

const short = (event: RightsEvent): string =>
  event.kind === 'bad' ? `!${event.line}` : `${event.line} ${event.htid} ${event.attr}`

test('a time of the year 0, which is in no calendar, is a bad line', async () => {
  const rows = ['0000-01-01 00:00:00', '0000-00-00 00:00:00', '0001-01-01 00:00:00'].map((time) => line({ time }))
  expect((await read(`${rows.join('\n')}\n`)).map(short)).toEqual(['!1', '2 demo1.1 1', '3 demo1.1 1'])
})

test('the last line of a file of 25 columns may be cut in its last one', async () => {
  const rows = [line({ width: 25 }), line({ width: 25 }).slice(0, -2)]
  expect((await read(rows.join('\n'))).map(short)).toEqual(['1 demo1.1 1', '!2'])
})

describe('hathifiles', () => {
  const whole = {
    kind: 'rights',
    line: 1,
    htid: 'demo1.1',
    attr: 1,
    reason: 'bib',
    source: 'google',
    accessProfile: 'open',
    rightsTime: '2026-01-02 03:04:05',
    recordId: '000000001',
  }

  test('a line gives the rights and the record of an item, plain or packed', async () => {
    const text = `${line({})}\n`
    expect(await read(text)).toEqual([whole])
    expect(await read(gzipSync(text), 'hathi_upd.txt.gz')).toEqual([whole])
  })

  test('empty columns are null, and so is the zero date', async () => {
    const [row] = await read(
      line({ time: '', record: '' }).replace('\tbib\t', '\t\t').replace('\tgoogle\topen\t', '\t\t\t'),
    )
    expect(row).toEqual({ ...whole, reason: null, source: null, accessProfile: null, rightsTime: null, recordId: null })
    expect((await read(line({ time: '0000-00-00 00:00:00' })))[0]).toMatchObject({ rightsTime: null })
  })

  test('files of 25 columns, without author, are read', async () => {
    expect((await read(`${line({ width: 25 })}\n${line({ htid: 'demo1.2', width: 25 })}\n`)).map(short)).toEqual([
      '1 demo1.1 1',
      '2 demo1.2 1',
    ])
  })

  test('a header line, blank lines and CRLF are tolerated', async () => {
    expect((await read(`htid\taccess\trights\r\n\r\n${line({})}\r\n`)).map(short)).toEqual(['3 demo1.1 1'])
  })

  test('a line that cannot be used is reported by number, the rest is read', async () => {
    const bad = [
      { rights: 'public' },
      { htid: 'no-dot' },
      { htid: 'demo1.a b' },
      { time: '2026-02-30 00:00:00' },
      { time: 'today' },
      { width: 7 },
      { width: 25 },
      { record: 'a b' },
    ]
    const events = await read(`${[{}, ...bad, { htid: 'demo1.9' }].map(line).join('\n')}\n`)
    expect(events.map(short)).toEqual(['1 demo1.1 1', ...bad.map((_, index) => `!${index + 2}`), '10 demo1.9 1'])
    expect(events[1]).toMatchObject({
      message: 'Line 2 has an unknown rights code "public".',
      text: line({ rights: 'public' }),
    })
  })

  test('a last line cut in the middle says so', async () => {
    const [, cut] = await read(`${line({})}\n${line({}).slice(0, 60)}`)
    expect(cut).toMatchObject({
      kind: 'bad',
      line: 2,
      message: 'Line 2 has 13 instead of 26 columns; the file ends in the middle of it.',
    })
  })

  test('the namespace of an id is lower case, its object is kept', async () => {
    expect((await read(line({ htid: 'DEMO2.ark:/13960/T5v' }))).map(short)).toEqual(['1 demo2.ark:/13960/T5v 1'])
  })

  test('a line above 1 MiB is bad', async () => {
    expect((await read(`${'x'.repeat(2_000_000)}\n${line({})}\n`)).map(short)).toEqual(['!1', '2 demo1.1 1'])
  })
})

test.skipIf(!existsSync(data))(
  'the real hathifiles, full and update (skipped where ../shared/data is absent)',
  async () => {
    const of = async (name: string): Promise<RightsEvent[]> =>
      (await drain(readHathifile(join(data, 'hathifiles_database', name)))).events
    const [full, update] = await Promise.all([of('hathi_full_20250101.txt.gz'), of('hathi_upd_20250101.txt.gz')])
    const count = (events: RightsEvent[], attr: number): number =>
      events.filter((event) => event.kind === 'rights' && event.attr === attr).length
    expect([1, 2, 5, 9].map((attr) => count(full, attr))).toEqual([22, 59, 2, 17])
    expect([1, 2, 5, 9].map((attr) => count(update, attr))).toEqual([32, 49, 2, 17])
  },
)
