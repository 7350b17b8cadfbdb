import { existsSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordCutter } from '../../../src/sources/marc/record-cutter.ts'
import { readRecordFile } from '../../../src/sources/record-files.ts'
import type { RecordEvent } from '../../../src/sources/source.ts'
import { drain, folderWith } from '../files.ts'

const data = resolve(import.meta.dirname, '../../../../shared/data/catalog')
const here = existsSync(data)

const record = (id: string, inner = '') =>
  `<record><leader>00000nam a2200000   4500</leader><controlfield tag="001">${id}</controlfield>${inner}</record>`
const collection = (...records: string[]) =>
  `<?xml version="1.0"?>\n<collection>\n${records.join('\n')}\n</collection>\n`

async function read(content: string | Buffer, name = 'dump.xml') {
  const folder = await folderWith({ [name]: content })
  return drain(readRecordFile(join(folder, name)))
}

/** Id of a record, `-id` of a delete, `!line message` of what is bad. */
const short = (event: RecordEvent): string =>
  event.kind === 'record'
    ? event.record.id
    : event.kind === 'delete'
      ? `-${event.recordId}`
      : `!${event.line} ${event.message}`

async function shortOf(content: string | Buffer, name?: string): Promise<string[]> {
  const { events, error } = await read(content, name)
  expect(error).toBeNull()
  return events.map(short)
}

const item = (subfields: string) => `<datafield tag="974" ind1=" " ind2=" ">${subfields}</datafield>`
const prefixed = (xml: string) => xml.replace(/<(\/?)(?=[a-z])/g, '<$1marc:')

test('a collection, one record alone, prefixes and an OAI envelope give the same records', async () => {
  const records = [record('1'), record('2', item('<subfield code="u">a.1</subfield>'))]
  const envelope = `<OAI-PMH><ListRecords>${records
    .map((each) => `<record><header><identifier>x</identifier></header><metadata>${prefixed(each)}</metadata></record>`)
    .join('')}</ListRecords></OAI-PMH>`
  for (const form of [collection(...records), prefixed(collection(...records)), envelope]) {
    const { events } = await read(gzipSync(form), 'dump.xml.gz')
    expect(events).toMatchObject([{ record: { id: '1' } }, { record: { id: '2', ht_id: ['a.1'] } }])
  }
  expect(await shortOf(record('1'))).toEqual(['1'])
})

const header = (identifier: string, status = '') =>
  `<header${status}><identifier>${identifier}</identifier><datestamp>2026-01-01</datestamp></header>`
const harvest = (...records: string[]) => `<OAI-PMH><ListRecords>\n${records.join('\n')}\n</ListRecords></OAI-PMH>`
const live = (identifier: string, id: string) =>
  `<record>${header(identifier)}<metadata>${record(id)}</metadata></record>`
const gone = (identifier: string) => `<record>${header(identifier, ' status="deleted"')}</record>`

test('a deleted record of OAI-PMH is gone by the last part of its identifier', async () => {
  const content = harvest(
    live('oai:demo:1', '1'),
    gone('oai:demo:2'),
    gone('oai:demo:bib/3&amp;4'),
    live('oai:demo:5', '5'),
  )
  expect(await shortOf(content)).toEqual(['1', '-2', '-3&4', '5'])
  expect(await shortOf(content.replace(/<(\/?)(?=[a-z])/g, '<$1oai:'))).toEqual(['1', '-2', '-3&4', '5'])
})

test('where identifiers of OAI-PMH do not end in record ids, a deleted one is told and withdraws nothing', async () => {
  const { events } = await read(harvest(live('oai:demo:77', '1'), gone('oai:demo:2')))
  const message = 'The record "oai:demo:2" is deleted, and its identifier does not tell which that is.'
  expect(events).toMatchObject([{ record: { id: '1' } }, { kind: 'bad', line: 3, message, part: 'detail' }])
  expect((await read(harvest(gone('oai:demo:a b')))).events).toMatchObject([{ kind: 'bad', part: 'detail' }])
})

test('an empty subfield is told and left out where it has no code either, and its record is kept', async () => {
  const titled = (subfields: string) =>
    record('r1', `<datafield tag="245" ind1="1" ind2="0">${subfields}<subfield code="a">A title</subfield></datafield>`)
  const told = '!4 Field 2, "245", of the record has an empty subfield, which was left out.'
  for (const empty of ['<subfield/>', '<subfield code=""> </subfield>', '<subfield></subfield>']) {
    expect(await shortOf(collection(record('r0'), titled(empty)))).toEqual(['r0', 'r1', told])
  }
  expect(await shortOf(collection(titled('<subfield code="b"/>')))).toEqual(['r1'])
  expect(await shortOf(collection(titled('<subfield>no code</subfield>')))).toEqual([
    expect.stringContaining('a subfield has no code'),
  ])
})

test('a collection without records is no error, another document is', async () => {
  expect(await shortOf(collection())).toEqual([])
  expect(await shortOf('<html><body>503</body></html>')).toEqual([expect.stringContaining('the file is no MARCXML')])
  expect(await shortOf('')).toEqual([expect.stringContaining('ends before its root element does')])
})

test('what is broken is reported with its line, and its neighbours are read', async () => {
  const broken = [
    ['<record><leader>x</leader><controlfield tag="001">9</record>', 'its XML cannot be read'],
    [record('9', '<datafield ind1=" " ind2=" "/>'), 'a datafield has no tag'],
    [record('9', '<controlfield tag="005">&mine;</controlfield>'), 'entity &mine; is not defined'],
    [record('9', '<note/>'), '<note> is no part of a MARC record'],
    [record('9', 'text'), 'text between its fields'],
    [record('9').replace('<record', '<recard'), 'its fields stand outside of a record'],
    ['<record><controlfield tag="001">9</controlfield></record>', 'no leader'],
    ['<record><leader>00000nam a2200000   4500</leader></record>', 'no field 001'],
    [record('9 9'), 'its id is not a string'],
    ['<record><leader>00000nam a2200000   4500</leader><controlfield tag="001">9<', 'not closed before the next one'],
  ]
  for (const [text, why] of broken) {
    expect(await shortOf(collection(record('1'), text as string, record('2'))), why).toEqual([
      '1',
      expect.stringMatching(/^!4 /),
      '2',
    ])
    const { events } = await read(collection(record('1'), text as string, record('2')))
    expect(events[1]).toMatchObject({ kind: 'bad', message: expect.stringContaining(why as string) })
  }
})

test('no entity is defined, whatever the DOCTYPE says, and none is fetched', async () => {
  const bomb = `<!DOCTYPE collection [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>`
  const text = record('9', '<controlfield tag="005">&b;</controlfield>')
  expect(await shortOf(`${bomb}${collection(record('1'), text)}`)).toEqual(['1', expect.stringContaining('&b;')])
})

test('a file in another encoding is unreadable, bytes that are no UTF-8 cost their record', async () => {
  const { events, error } = await read(`<?xml version="1.0" encoding="ISO-8859-1"?>${collection(record('1'))}`)
  expect([events, error]).toMatchObject([[], { code: 'SOURCE_FILE_UNREADABLE' }])
  const latin = Buffer.from(collection(record('1'), record('2', item('<subfield code="z">\xe9</subfield>'))), 'latin1')
  expect(await shortOf(latin)).toEqual(['1', expect.stringContaining('not valid UTF-8')])
})

test('wherever a file is cut, the whole records before come, and the cut is told', () => {
  const text = Buffer.from(collection(record('1'), record('2'), record('3')))
  const ends = [1, 2, 3].map((id) => text.indexOf('</record>', text.indexOf(`>${id}<`)) + '</record>'.length)
  for (let cut = 0; cut < text.length - '</collection>\n'.length; cut++) {
    const cutter = new RecordCutter(1_000)
    const pieces = [...cutter.push(text.subarray(0, cut)), ...cutter.end()]
    expect(pieces.filter(({ problem }) => problem === null).length).toBe(ends.filter((end) => end <= cut).length)
    expect(pieces.filter(({ problem }) => problem !== null).length).toBe(1)
  }
})

test('property: where the chunks end makes no difference', () => {
  const text = Buffer.from(prefixed(collection(record('1'), record('Ž', 'x'), '<record>', record('3'))))
  const cutIn = (sizes: number[]) => {
    const cutter = new RecordCutter(1_000)
    const pieces = []
    let at = 0
    for (const size of [...sizes, text.length]) {
      pieces.push(...cutter.push(text.subarray(at, at + size)))
      at += size
    }
    return [...pieces, ...cutter.end()].map(({ line, bytes, problem }) => [line, bytes.toString(), problem])
  }
  const whole = cutIn([])
  expect(whole.length).toBe(4)
  fc.assert(
    fc.property(fc.array(fc.nat(90), { maxLength: 20 }), (sizes) => {
      expect(cutIn(sizes)).toEqual(whole)
    }),
  )
})

test('a record above the limit is bad and does not stay in memory, the next is read', () => {
  const cutter = new RecordCutter(1_000)
  const pieces = [
    ...cutter.push(Buffer.from(`<collection>${record('1', ' '.repeat(2_000))}${record('2')}</collection>`)),
    ...cutter.end(),
  ]
  expect(pieces).toMatchObject([{ problem: 'it is larger than 1000 bytes' }, { problem: null }])
})

test('a record with status d is a delete, unless it names items', async () => {
  expect(await shortOf(collection(record('1').replace('00000n', '00000d')))).toEqual(['-1'])
  const named = record('1', item('<subfield code="u">a.1</subfield>')).replace('00000n', '00000d')
  expect(await shortOf(collection(named))).toEqual(['1'])
})

test.skipIf(!here)('the real MARCXML of 48 records and of 30 others is read', async () => {
  const folder = join(data, 'marcxml/post_zephir-bib_rights')
  const seen: string[] = []
  for await (const name of glob('*.xml', { cwd: folder })) {
    for await (const event of readRecordFile(join(folder, name))) seen.push(event.kind)
  }
  expect(seen).toEqual(Array(48).fill('record'))
  const { events } = await drain(readRecordFile(join(data, 'marc-traject/test_data.utf8.marc.xml')))
  const others = Object.groupBy(events, ({ kind }) => kind)
  expect([others.record?.length, others.delete?.length, others.bad]).toEqual([29, 1, undefined])
})
