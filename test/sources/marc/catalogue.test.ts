import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { allFields } from '../../../src/indexer/assemble/all-fields.ts'
import { catalogueOf } from '../../../src/sources/marc/marc-catalogue.ts'
import { controlField, dataField, type MarcField } from '../../../src/sources/marc/marc-record.ts'
import { readRecordFile } from '../../../src/sources/record-files.ts'
import { itemsOf } from '../../../src/sources/record-items.ts'
import { drain, folderWith } from '../files.ts'

/** The catalogue's document of a record with these fields. */
function made(fields: readonly MarcField[], leader = '00000nam a2200000   4500') {
  return catalogueOf({ leader, fields: [controlField('001', 'r1'), ...fields] }).record
}
/** An 008 with these texts at these places. */
function fixed(...texts: readonly (readonly [at: number, text: string])[]): MarcField {
  let value = ' '.repeat(40)
  for (const [at, text] of texts) value = value.slice(0, at) + text + value.slice(at + text.length)
  return controlField('008', value)
}
const imprint = (date: string) => dataField('260', '  ', [['c', date]])

test('the publication date is date 1 of 008, else of the imprint; unknown digits count as 0', () => {
  const dates: [MarcField[], string[] | undefined][] = [
    [[fixed([6, 's1857']), imprint('1900')], ['1857']],
    [[fixed([6, 'd18uu1900'])], ['1800']],
    [[fixed([6, 'nuuuu']), imprint('c1901-')], ['1901']],
    [[fixed([6, 'b1857']), imprint('no date')], undefined],
    [[fixed([6, 's0000'])], undefined],
    [[fixed([6, 's||||']), imprint('[1902]')], ['1902']],
    [[controlField('008', 'short'), imprint('1903')], ['1903']],
    [[], undefined],
  ]
  for (const [fields, expected] of dates) expect(made(fields).publishDate).toEqual(expected)
})

test('the format is told by the leader, what it is besides by 008, 007 and subjects', () => {
  const subject = (text: string) =>
    dataField('650', ' 0', [
      ['a', 'Whales'],
      ['v', text],
    ])
  const formats: [string, MarcField[], string[]][] = [
    ['am', [], ['Book']],
    [
      'am',
      [fixed([29, '1'], [24, 'de'], [34, 'b'])],
      ['Book', 'Conference', 'Biography', 'Encyclopedias', 'Dictionaries'],
    ],
    ['am', [fixed([24, '  s ']), subject('Statistics.')], ['Book', 'Statistics']],
    [
      'am',
      [subject('Pictorial works.'), subject('Congresses')],
      ['Book', 'Conference', 'Photographs & Pictorial Works'],
    ],
    ['as', [fixed([21, 'p r'], [29, '0'])], ['Serial', 'Journal']],
    ['as', [fixed([21, 'n'])], ['Serial', 'Newspaper']],
    ['tm', [], ['Book', 'Manuscript']],
    ['em', [], ['Map', 'Maps-Atlas']],
    ['jm', [controlField('007', 'sd fsngnnmmned')], ['Music', 'Audio CD', 'Audio (music)', 'Audio']],
    ['gm', [controlField('007', 'vd cvaizq')], ['Visual Material', 'Video (DVD)']],
    ['mm', [fixed([26, 'g'])], ['Data File', 'Video Games']],
    ['pc', [], ['Mixed Material', 'Manuscript', 'Archive']],
    ['zz', [], ['Unknown']],
  ]
  for (const [type, fields, expected] of formats) {
    expect(made(fields, `00000n${type} a2200000   4500`).format, type).toEqual(expected)
  }
})

test('languages are those of 008 and 041, each once by its name', () => {
  const more = dataField('041', '1 ', [
    ['a', 'engger'],
    ['h', 'fre'],
    ['d', 'grc'],
    ['a', 'xxx'],
  ])
  expect(made([fixed([35, 'eng']), more]).language).toEqual(['English', 'German', 'Greek, Ancient (to 1453)'])
  expect(made([fixed([35, 'und'])]).language).toBeUndefined()
})

test('names are those of 1xx and 7xx with their script, without the supplier of records', () => {
  const fields = [
    dataField('100', '1 ', [
      ['6', '880-01'],
      ['a', 'Tolstoĭ, Lev,'],
      ['d', '1828-1910.'],
      ['e', 'author.'],
    ]),
    dataField('710', '2 ', [
      ['a', 'Supplier.'],
      ['9', 'WaSeSS'],
    ]),
    dataField('711', '2 ', [
      ['a', 'Congress'],
      ['d', '1900'],
      ['c', 'Paris'],
    ]),
    dataField('880', '1 ', [
      ['6', '100-01'],
      ['a', 'Толстой, Лев'],
    ]),
    dataField('880', '  ', [
      ['6', '500-02'],
      ['a', 'note'],
    ]),
  ]
  const main = ['Tolstoĭ, Lev, 1828-1910.', 'Толстой, Лев']
  expect(made(fields)).toMatchObject({ mainauthor: main, author: [main[0], 'Congress 1900 Paris', main[1]] })
})

test('a title is sorted without its article, and shown with that in its own script', () => {
  const fields = [
    dataField('245', '14', [
      ['a', 'The war :'],
      ['b', 'a novel /'],
      ['c', 'by L. N.'],
    ]),
    dataField('880', '10', [
      ['6', '245-01/(N'],
      ['a', 'Война.'],
    ]),
  ]
  expect(made(fields)).toMatchObject({
    title: ['The war : a novel', 'Война'],
    title_ab: ['The war : a novel', 'Война'],
    vtitle: ['Война'],
    title_display: ['The war : a novel / by L. N. (Война)'],
    titleSort: ['war : a novel'],
    title_sortkey: ['war a novel'],
  })
})

test('what is absent is absent: a record of nothing but its id', () => {
  const { fullrecord, ...rest } = made([])
  expect(rest).toEqual({ id: 'r1', format: ['Book'], ht_id: [], ht_id_display: [], ht_json: '[]' })
  expect(fullrecord).toContain('<controlfield tag="001">r1</controlfield>')
})

test('an empty subfield of MARC-in-JSON is told and left out, and its record is kept', async () => {
  const marc = (...subfields: unknown[]) => ({
    leader: '00000nam a2200000   4500',
    fields: [{ '001': 'r1' }, { '245': { ind1: '1', ind2: '0', subfields: [...subfields, { a: 'A title' }] } }],
  })
  const read = async (...subfields: unknown[]) => {
    const folder = await folderWith({ 'zephir_upd.json': JSON.stringify(marc(...subfields)) })
    return (await drain(readRecordFile(join(folder, 'zephir_upd.json')))).events
  }
  const told = 'Field 2, "245", of the record has an empty subfield, which was left out.'
  for (const empty of [{}, { b: null }, null]) {
    expect(await read(empty)).toMatchObject([
      { record: { id: 'r1', title: ['A title'] } },
      { kind: 'bad', message: told },
    ])
  }
  expect(await read({ b: '' })).toMatchObject([{ record: { id: 'r1' } }])
  for (const none of [7, 'a', [], { a: 1 }, { a: 'b', c: 'd' }]) {
    expect(await read(none)).toMatchObject([
      { kind: 'bad', message: expect.stringContaining('field 2 is no MARC field') },
    ])
  }
})

test('an item of a packed dump has its date, rights, enumeration and own text, and what is wrong is told', async () => {
  const item = (...subfields: object[]) => ({ '974': { ind1: ' ', ind2: ' ', subfields } })
  const zephir = {
    leader: '00000nam a2200000   4500',
    fields: [
      { '001': 'r1' },
      { '245': { ind1: '1', ind2: '0', subfields: [{ a: 'A <b> & "c"\u0007' }] } },
      item({ u: 'a.1' }, { d: '20260102' }, { r: 'pdus' }, { z: 'v.1|2' }, { y: '857' }),
      item({ u: 'a.2' }, { y: 'c1900' }),
    ],
  }
  const folder = await folderWith({ 'zephir_upd.json.gz': gzipSync(`${JSON.stringify(zephir)}\n`) })
  const { events } = await drain(readRecordFile(join(folder, 'zephir_upd.json.gz')))
  expect(events).toMatchObject([
    {
      kind: 'record',
      record: {
        ht_id_display: [expect.stringMatching(/^a\.1\|20260102\|v\.1\/2\|0857\|Pre-1500\|/), expect.any(String)],
      },
    },
    { kind: 'bad', message: expect.stringContaining('"c1900" of a.2 does not begin with digits') },
  ])
  const [first] = events
  if (first?.kind !== 'record') return
  expect(itemsOf(first.record)).toEqual({
    items: [
      { htid: 'a.1', updateDate: '20260102', attr: 9 },
      { htid: 'a.2', updateDate: null, attr: null },
    ],
    problems: [],
  })
  expect(allFields(first.record, 'a.2')).toBe('A <b> & "c" a.2 c1900')
})
