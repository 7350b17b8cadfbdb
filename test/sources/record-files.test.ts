import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRecordFile } from '../../src/sources/record-files.ts'
import type { RecordEvent } from '../../src/sources/source.ts'
import { drain, folderWith } from './files.ts'

const data = resolve(import.meta.dirname, '../../../shared/data/catalog')
const here = existsSync(data)

/** Events in short: id of a record, `-id` of a delete, `!line` of what is bad. */
const short = (event: RecordEvent): string =>
  event.kind === 'record' ? event.record.id : event.kind === 'delete' ? `-${event.recordId}` : `!${event.line}`

async function read(
  content: string | Buffer,
  name = 'records.json',
): Promise<{ events: RecordEvent[]; error: unknown }> {
  return drain(readRecordFile(join(await folderWith({ [name]: content }), name)))
}

async function shortOf(content: string | Buffer, name?: string): Promise<string[]> {
  const { events, error } = await read(content, name)
  expect(error).toBeNull()
  return events.map(short)
}

const records = [
  { id: '1', ht_id: ['a.1'], title: ['braces } ] in "text" \\ and \\" escapes'] },
  { id: '2', ht_json: JSON.stringify([{ htid: 'a.2' }, { htid: 'a.3' }]), nested: { deep: [{ x: [] }] } },
  { id: '3', title: ['Ὀδύσσεια 書籍 𝄞'] },
]

describe('every form of a record file gives the same records', () => {
  const answer = {
    responseHeader: { status: 0, params: { q: '*:*' } },
    response: { numFound: 3, docs: records },
    facets: { a: [1] },
  }
  const forms: Record<string, string> = {
    'compact array': JSON.stringify(records),
    'pretty array': JSON.stringify(records, null, 2),
    'pretty array with tabs and CRLF': JSON.stringify(records, null, '\t').replaceAll('\n', '\r\n'),
    ndjson: records.map((record) => JSON.stringify(record)).join('\n'),
    'ndjson with blank lines and CRLF': `\n${records.map((record) => `${JSON.stringify(record)}\r\n\r\n`).join('')}`,
    'pretty objects one after the other': records.map((record) => JSON.stringify(record, null, 2)).join('\n'),
    'Solr answer': JSON.stringify(answer),
    'pretty Solr answer': JSON.stringify(answer, null, 2),
    'byte order mark': `\ufeff${JSON.stringify(records, null, 1)}`,
  }
  for (const [form, text] of Object.entries(forms)) {
    test(form, async () => {
      for (const [name, content] of [
        ['r.json', text],
        ['r.json.gz', gzipSync(text)],
      ] as const) {
        const { events, error } = await read(content, name)
        expect(error).toBeNull()
        expect(events.map((event) => event.kind === 'record' && event.record)).toEqual(records)
      }
    })
  }

  test('whatever the chunks of the file, an answer of many megabytes included', async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      id: String(index),
      fullrecord: `<a b="${'é'.repeat(9_000)}\n"/>`,
    }))
    for (const text of [JSON.stringify(many, null, 2), JSON.stringify({ response: { docs: many } })]) {
      expect(await shortOf(text)).toEqual(many.map((record) => record.id))
    }
  })
})

describe('what is broken is reported with its line, and its neighbours are read', () => {
  test('objects one after the other, whatever their first line holds of them', async () => {
    const two = [{ id: '1', ht_id: ['a.1'] }, { id: '2' }]
    expect(await shortOf('{ "id": "1",\n "ht_id": ["a.1"] }\n{ "id": "2"\n}\n')).toEqual(['1', '2'])
    expect(await shortOf(two.map((each) => JSON.stringify(each)).join(''))).toEqual(['1', '2'])
    expect(await shortOf(`${two.map((each) => JSON.stringify(each)).join(' ')}\n`)).toEqual(['1', '2'])
    expect(await shortOf('{"id": "1", "nested": {\n "deep": 1 } }{"id": "2"}')).toEqual(['1', '2'])
  })

  test('in ndjson: broken line, wrong type, truncated last line', async () => {
    const text =
      '{"id":"1"}\n{"id":"2","title":["x}\n{"id":"3"}\n[1]\n7\n{"id":"4","ht_id":"a.1"}\n{"id":5}\n{"no":1}\n{"id":"6"}\n{"id":"7","ti'
    expect(await shortOf(text)).toEqual(['1', '!2', '3', '!4', '!5', '!6', '!7', '!8', '6', '!10'])
  })

  const cases: Record<string, [string, string[]]> = {
    'a string without its closing quote': ['[\n {"id":"1"},\n {"id":"2","t":"x},\n {"id":"3"}\n]', ['1', '!3', '3']],
    'the same in a compact array': ['[{"id":"1"},{"id":"2","t":"x},{"id":"3"},{"id":"4"}]', ['1', '!1', '3', '4']],
    'a missing comma between fields': ['[\n{\n"id":"1"\n"t":2\n},\n{\n"id":"2"\n}\n]', ['!2', '2']],
    'three broken records in a row': [
      '[\n{\n"id":"1"\n"t":2\n},\n{\n"id":"2"\n"t":2\n},\n{\n"id":"3"\n"t":2\n},\n{\n"id":"4"\n}\n]',
      ['!2', '!6', '!10', '4'],
    ],
    'a missing comma between records': ['[{"id":"1"}\n{"id":"2"}{"id":"3"}]', ['1', '2', '3']],
    'a missing closing brace': [
      '[\n  {\n    "id": "1"\n  ,\n  {\n    "id": "2"\n  },\n  {\n    "id": "3"\n  }\n]',
      ['!2', '2', '3'],
    ],
    'an array that is not closed': ['[\n{"id":"1","t":["a",\n{"id":"2"},\n{"id":"3"}\n]', ['!2', '2', '3']],
    'values that are no objects': ['[1, "x", {"id":"1"}, null, {"id":"2"}]', ['!1', '1', '!1', '2']],
    'an array cut in a record': ['[\n{"id":"1"},\n{"id":"2","t":[', ['1', '!3']],
    'an array cut between records': ['[\n{"id":"1"},\n{"id":"2"},\n', ['1', '2', '!4']],
    'a Solr answer cut in a record': ['{"response":{"docs":[{"id":"1"},{"id":"2', ['1', '!1']],
    'nesting without end': [`[{"id":"1","x":${'['.repeat(100)}},\n{"id":"2"}]`, ['!1', '2']],
    'no JSON at all': ['<html>\n<body>', ['!1', '!2']],
  }
  for (const [name, [text, expected]] of Object.entries(cases)) {
    test(name, async () => expect(await shortOf(text)).toEqual(expected))
  }

  test('damage is seen where it is, not at the end of the file', async () => {
    const { events } = await read('[{"id":"1","t":"x},{"id":"2"},{"id":"3"}]')
    expect(events[0]).toMatchObject({ message: 'The record cannot be read: a comma or a colon is missing.' })
    expect(events[0]).toMatchObject({ text: '{"id":"1","t":"x}' })
  })

  test('invalid UTF-8, NUL and half surrogate pairs, which no database text holds', async () => {
    const lines = [
      '{"id":"1","t":"\\u0000"}',
      '{"id":"2","t":["\\ud83d"]}',
      '{"id":"3","t":"\\\\u0000 \\ud83d\\ude00"}',
      '{"id":"4","t":"',
    ]
    const bytes = Buffer.concat([Buffer.from(lines.join('\n')), Buffer.from([0xff]), Buffer.from('"}\n{"id":"5"}\n')])
    expect(await shortOf(bytes)).toEqual(['!1', '!2', '3', '!4', '5'])
  })

  test('the text of a bad record is cut at 4,000 characters, never in one, and holds no NUL', async () => {
    const { events } = await read(`{"id":"1","t": "\0${'𝄞'.repeat(5_000)}\n{"id":"2"}\n`)
    const [bad] = events
    expect(bad).toMatchObject({ kind: 'bad', line: 1 })
    const text = bad?.kind === 'bad' ? bad.text : ''
    expect([text.length <= 4_000, text.length > 3_990, text.isWellFormed(), text.includes('\0')]).toEqual([
      true,
      true,
      true,
      false,
    ])
    expect(text.startsWith('{"id":"1","t": "\ufffd𝄞')).toBe(true)
  })

  test('one object above 64 MiB is bad, in an array and in a line', async () => {
    const huge = Buffer.alloc(65 * 1024 * 1024, 'x')
    const array = Buffer.concat([Buffer.from('[{"id":"1"},\n{"id":"2","t":"'), huge, Buffer.from('"},\n{"id":"3"}]')])
    expect(await shortOf(array)).toEqual(['1', '!2', '3'])
    const lines = Buffer.concat([Buffer.from('{"id":"1"}\n{"id":"2","t":"'), huge, Buffer.from('"}\n{"id":"3"}\n')])
    expect(await shortOf(lines)).toEqual(['1', '!2', '3'])
  })

  test('property: a record damaged anywhere costs no other record, nor is it silent', async () => {
    const strings = fc.string({ unit: fc.constantFrom('a', '"', '\\', '{', '}', '[', ']', ',', ':', '\n', 'é') })
    const record = fc.record({ t: fc.array(strings), u: strings })
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 3, maxLength: 6 }),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        async (many, which, at, cut) => {
          const texts = many.map((fields, index) => JSON.stringify({ id: String(index), ...fields }, null, cut ? 2 : 0))
          const index = which % many.length
          const text = texts[index]!
          const [from, to] = [1 + (at % (text.length - 1)), text.length]
          // Cut off from some place on, or one byte of its frame taken out.
          texts[index] = cut ? text.slice(0, from) : text.slice(0, to - 1)
          const seen = await shortOf(`[\n${texts.join(',\n')}\n]`)
          const others = many.map((_, other) => String(other)).filter((other) => other !== String(index))
          expect(seen.filter((entry) => !entry.startsWith('!') && entry !== String(index))).toEqual(others)
          expect(seen.some((entry) => entry.startsWith('!'))).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('a record of more levels than anything needs', () => {
  const deep = (levels: number) => `{"id":"2","x":${'['.repeat(levels)}"\\u0000"${']'.repeat(levels)}}`
  const around = (record: string, form: 'lines' | 'array') => {
    const all = ['{"id":"1"}', record, '{"id":"3"}']
    return form === 'lines' ? all.join('\n') : `[${all.join(',\n')}]`
  }

  test.each([
    ['lines', 64],
    ['lines', 100_000],
    ['array', 64],
    ['array', 100_000],
  ] as const)('is bad, and not the end of the process: %s, %i levels', async (form, levels) => {
    const { events, error } = await read(around(deep(levels), form))
    expect(error).toBeNull()
    expect(events.map(short)).toEqual(['1', '!2', '3'])
    expect(events[1]).toMatchObject({ message: expect.stringContaining('it is nested deeper than 64 levels') })
  })
})

describe('delete files', () => {
  test('one id per line, blank lines skipped, noise reported', async () => {
    const text = '000130709\n  \n001\r\n\nnothing to see here\n002'
    for (const [name, content] of [
      ['x_delete.txt', text],
      ['x_delete.txt.gz', gzipSync(text)],
    ] as const) {
      expect(await shortOf(content, name)).toEqual(['-000130709', '-001', '!5', '-002'])
    }
  })

  test('a record file with delete in its name is still a record file', async () => {
    expect(await shortOf('[{"id":"1"}]', 'undeleted.json')).toEqual(['1'])
  })

  test('a tombstone of the catalogue is a delete', async () => {
    expect(await shortOf('{"id":"000845280","deleted":true}\n{"id":"2","deleted":false}\n')).toEqual([
      '-000845280',
      '2',
    ])
  })
})

describe('files that cannot be read', () => {
  test('a missing file and a folder have their own codes', async () => {
    const dir = await folderWith({})
    expect((await drain(readRecordFile(join(dir, 'none.json')))).error).toMatchObject({ code: 'SOURCE_FILE_MISSING' })
    expect((await drain(readRecordFile(dir))).error).toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' })
  })

  const lines = Array.from({ length: 20_000 }, (_, index) =>
    JSON.stringify({ id: String(index), t: String((index * 7919) % 10_007) }),
  )
  const packed = gzipSync(`${lines.join('\n')}\n`)

  test('of a gzip file cut short, the records before the cut come first', async () => {
    const { events, error } = await read(packed.subarray(0, packed.length / 2), 'r.json.gz')
    expect(error).toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' })
    expect(events.length).toBeGreaterThan(8_000)
    expect(events.map(short)).toEqual(lines.slice(0, events.length).map((_, index) => String(index)))
  })

  test('of a gzip file with a damaged end, all but the last 16 KiB come first', async () => {
    const damaged = Buffer.from(packed)
    damaged.writeUInt32LE(0, packed.length - 8)
    const { events, error } = await read(damaged, 'r.json.gz')
    expect(error).toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' })
    const lost = lines.slice(events.length).join('\n').length
    expect(lost).toBeLessThanOrEqual(16 * 1024)
  })

  test('a file that is no gzip is unreadable', async () => {
    expect((await read('[{"id":"1"}]', 'r.json.gz')).error).toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' })
  })
})

describe.skipIf(!here)('real files (skipped where ../shared/data is absent)', () => {
  test('the catalogue of 1,980 records with 20,879 items', async () => {
    const { events } = await drain(readRecordFile(join(data, 'solr-catalog/full-output-catalog-index.json')))
    const items = events.flatMap((event) => (event.kind === 'record' ? (event.record.ht_id as string[]) : []))
    expect([events.length, items.length]).toEqual([1_980, 20_879])
  })

  test('a pretty-printed record, Solr answers, an ndjson line, a tombstone', async () => {
    const counts = {
      'oai_solr/000004150.json': 1,
      'holdings-backend/solr_response.json': 5,
      'holdings-backend/solr_serial_record.ndj': 1,
      'oai_solr/deleted_item.json': 1,
    }
    for (const [name, count] of Object.entries(counts)) {
      const { events } = await drain(readRecordFile(join(data, 'solr-catalog', name)))
      expect([name, events.length, events.some((event) => event.kind === 'bad')]).toEqual([name, count, false])
    }
  })

  test('delete files with blank lines and noise', async () => {
    const folder = join(data, 'zephir-marc-json/catalog_indexer-examples')
    const of = async (name: string): Promise<string[]> =>
      (await drain(readRecordFile(join(folder, name)))).events.map(short)
    expect(await of('sample_blank_line_delete_file.txt.gz')).toEqual(['-000130709', '-001', '-002'])
    expect(await of('sample_empty_delete.txt.gz')).toEqual([])
    expect(await of('sample_noisy_delete.txt.gz')).toEqual(['!3'])
  })
})
